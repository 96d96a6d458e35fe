import { useState } from 'react';
import { fullName } from '../format';
import type { User } from '../services/types';

type Person = Pick<User, 'username' | 'first_name' | 'last_name' | 'profile_picture'>;

/** Somebody's picture, or the initials where there is none or it does not load. */
export function Avatar({ user, large = false }: { user: Person; large?: boolean }) {
  const [broken, setBroken] = useState<string>();
  const picture = user.profile_picture;
  const className = large ? 'avatar avatar--large' : 'avatar';
  if (picture && picture !== broken) {
    return <img className={className} src={picture} alt={large ? `${fullName(user)}` : ''} onError={() => setBroken(picture)} />;
  }
  return (
    <span className={className} aria-hidden="true">
      {initials(fullName(user))}
    </span>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase();
}

import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Icon } from './Icon';

export function BackLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <p className="back">
      <Link href={href}>
        <Icon name="back" /> {children}
      </Link>
    </p>
  );
}

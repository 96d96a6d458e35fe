/** The log-in as the browser keeps it, under the platform guide's keys, shared by every tab of the site. */

import type { User } from './types';

const KEYS = ['access_token', 'refresh_token', 'user'] as const;
type Key = (typeof KEYS)[number];
type Listener = () => void;

const listeners = new Set<Listener>();

export interface Tokens {
  access: string;
  refresh?: string | undefined;
}

export const session = {
  get access(): string | null {
    return read('access_token');
  },

  get refresh(): string | null {
    return read('refresh_token');
  },

  /** The same object until it changes, so that a page renders anew only then. */
  get user(): User | null {
    const text = read('user');
    if (text !== parsed.text) parsed = { text, user: parse(text) };
    return parsed.user;
  },

  /** Keeps new tokens; a refresh token that the answer does not carry stays as it was. */
  keep({ access, refresh }: Tokens): void {
    localStorage.setItem('access_token', access);
    if (refresh) localStorage.setItem('refresh_token', refresh);
  },

  keepUser(user: User): void {
    localStorage.setItem('user', JSON.stringify(user));
    tell();
  },

  clear(): void {
    KEYS.forEach((key) => localStorage.removeItem(key));
    tell();
  },

  /** Calls back when somebody logs in or out, in this tab or another; returns how to stop. */
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

let parsed: { text: string | null; user: User | null } = { text: null, user: null };

function parse(text: string | null): User | null {
  try {
    return text ? (JSON.parse(text) as User) : null;
  } catch {
    return null;
  }
}

function read(key: Key): string | null {
  return localStorage.getItem(key);
}

function tell(): void {
  listeners.forEach((listener) => listener());
}

window.addEventListener('storage', ({ key }) => {
  if (key === null || key === 'user') tell();
});

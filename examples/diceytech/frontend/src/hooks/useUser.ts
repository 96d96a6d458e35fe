import { useSyncExternalStore } from 'react';
import { session } from '../services/session';
import type { User } from '../services/types';

/** Whoever is logged in, in this tab or another; null for a visitor. */
export function useUser(): User | null {
  return useSyncExternalStore(session.subscribe, () => session.user);
}

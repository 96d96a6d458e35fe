import type { ReactNode } from 'react';
import { Redirect, useLocation, useSearch } from 'wouter';
import { useUser } from '../hooks/useUser';

/** Its pages for whoever is logged in; everybody else logs in first and then comes back to the same address. */
export function RequireUser({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const search = useSearch();
  if (useUser()) return children;
  return <Redirect to={`/login?next=${encodeURIComponent(search ? `${path}?${search}` : path)}`} replace />;
}

/** Where to go after logging in: a path of this site, whatever the address says. */
export function destination(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/projects';
}

/** A page's code that is gone after a new release: the new release is loaded instead, once. */

import { type ComponentType, lazy } from 'react';

const KEY = 'reloaded-for-chunk';

export function reloadOnMissingChunk(): void {
  window.addEventListener('vite:preloadError', (event) => {
    const before = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - before < 10_000) return; // it was no old release: the error page says so
    sessionStorage.setItem(KEY, String(Date.now()));
    event.preventDefault();
    location.reload();
  });
}

/** A page whose code is loaded when it is opened. Where the new release is being loaded instead, it waits for that. */
export function page<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(async () => (await load()) ?? new Promise<never>(() => undefined));
}

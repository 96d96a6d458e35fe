/** A new access token for an expired one: asked for once, however many requests and tabs wait for it. */

import { settings } from '../config';
import { ApiError } from './apiError';
import { session, type Tokens } from './session';

const TIMEOUT = 30_000; // ms
const LOCK = 'token-refresh';

let underway: Promise<string | null> | null = null;

/**
 * The access token to use instead of `expired`, or null where the log-in is over (it is then forgotten).
 *
 * Rejects with ApiError where the server could not be asked: that ends no log-in.
 */
export function freshAccess(expired: string): Promise<string | null> {
  underway ??= inTurn(() => refreshed(expired)).finally(() => {
    underway = null;
  });
  return underway;
}

// A refresh token works once where the server rotates them, so two tabs must not use the same one.
async function inTurn<T>(task: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks; // only a page served over HTTPS or from localhost has them
  return locks ? await locks.request(LOCK, task) : task();
}

async function refreshed(expired: string): Promise<string | null> {
  const { access, refresh } = session;
  if (access && access !== expired) return access; // another tab was first
  const tokens = refresh ? await exchange(refresh) : null;
  if (!tokens) {
    if (session.refresh === refresh) session.clear(); // unless somebody has logged in meanwhile
    return null;
  }
  if (session.refresh !== refresh) return session.access; // logged out or in again while the answer was on its way
  session.keep(tokens);
  return tokens.access;
}

async function exchange(refresh: string): Promise<Tokens | null> {
  let answer: Response;
  try {
    answer = await fetch(`${settings().apiUrl}/token/refresh/`, {
      method: 'POST',
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: JSON.stringify({ refresh }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch (cause) {
    throw new ApiError(undefined, { cause });
  }
  const { status, headers } = answer;
  if (status === 400 || status === 401 || status === 403) return null;
  const data: unknown = await answer.json().catch(() => undefined);
  if (!answer.ok || !isTokens(data)) throw new ApiError({ status: answer.ok ? 502 : status, data, headers });
  return data;
}

function isTokens(data: unknown): data is Tokens {
  return typeof data === 'object' && data !== null && 'access' in data && typeof data.access === 'string';
}

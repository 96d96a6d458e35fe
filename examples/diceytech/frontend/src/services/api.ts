/**
 * The one way to the API: adds the access token, and where it has expired fetches a new one and asks again.
 *
 * Calls have the shape that the platform guide's services use: `(await api.get('/projects/', { params })).data`.
 */

import { settings } from '../config';
import { ApiError } from './apiError';
import { freshAccess } from './refresh';
import { session } from './session';

export interface Options {
  params?: object;
  headers?: Record<string, string>;
}

export interface ApiResponse<T> {
  data: T;
  status: number;
  headers: Headers;
}

interface Call extends Options {
  method: string;
  path: string;
  body?: unknown;
}

// A wrong password is an answer, not an expired token.
const WITHOUT_TOKEN = ['/auth/login/', '/auth/register/', '/token/refresh/'];
const TIMEOUT = 30_000; // ms
const UPLOAD_TIMEOUT = 300_000; // ms

async function request<T>(call: Call): Promise<ApiResponse<T>> {
  const token = WITHOUT_TOKEN.includes(call.path) ? null : session.access;
  const answer = await send(call, token);
  if (answer.status !== 401 || !token) return read<T>(answer);
  const fresh = await freshAccess(token);
  return read<T>(fresh ? await send(call, fresh) : answer);
}

async function send(call: Call, token: string | null): Promise<Response> {
  const isForm = call.body instanceof FormData;
  const headers = new Headers({ Accept: 'application/json', 'Content-Type': 'application/json', ...call.headers });
  if (isForm || call.body === undefined) headers.delete('Content-Type'); // the browser adds the form's boundary
  if (token) headers.set('Authorization', `Bearer ${token}`);
  try {
    return await fetch(settings().apiUrl + call.path + query(call.params), {
      method: call.method,
      headers,
      body: isForm ? (call.body as FormData) : (JSON.stringify(call.body) ?? null),
      signal: AbortSignal.timeout(isForm ? UPLOAD_TIMEOUT : TIMEOUT),
    });
  } catch (cause) {
    throw new ApiError(undefined, { cause });
  }
}

async function read<T>(answer: Response): Promise<ApiResponse<T>> {
  const { status, headers } = answer;
  const data: unknown = await answer.json().catch(() => undefined);
  const isEmpty = status === 204 || status === 205;
  // A page of HTML with status 200 is a misrouted request, not an answer.
  if (!answer.ok || (data === undefined && !isEmpty)) throw new ApiError({ status: answer.ok ? 502 : status, data, headers });
  return { data: data as T, status, headers };
}

/** `?a=1&b=2` of what has a value, or nothing. */
function query(params: object = {}): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : '';
}

const api = {
  get: <T>(path: string, options?: Options) => request<T>({ ...options, method: 'GET', path }),
  delete: <T>(path: string, body?: unknown, options?: Options) => request<T>({ ...options, method: 'DELETE', path, body }),
  post: <T>(path: string, body?: unknown, options?: Options) => request<T>({ ...options, method: 'POST', path, body }),
  put: <T>(path: string, body?: unknown, options?: Options) => request<T>({ ...options, method: 'PUT', path, body }),
  patch: <T>(path: string, body?: unknown, options?: Options) => request<T>({ ...options, method: 'PATCH', path, body }),
};

export default api;

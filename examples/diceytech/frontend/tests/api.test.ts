import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import api from '../src/services/api';
import { ApiError } from '../src/services/apiError';
import { session } from '../src/services/session';
import { startApi, type Answer, type TestApi } from './server';
import { useApi } from './settings';

const EXPIRED: Answer = { status: 401, body: { detail: 'Token is expired', code: 'token_not_valid' } };
let server: TestApi;

beforeEach(async () => {
  server = await startApi();
  await useApi(server.url);
  localStorage.clear();
  session.keep({ access: 'old', refresh: 'refresh-1' });
});

afterEach(() => server.stop());

/** `GET /projects/` for whoever has this token, 401 for everybody else. */
function projectsFor(valid: string): void {
  server.routes['GET /projects/'] = ({ token }) => (token === valid ? { status: 200, body: ['a project'] } : EXPIRED);
}

function refreshAnswers(body: unknown, status = 200): void {
  server.routes['POST /token/refresh/'] = () => ({ status, body });
}

function failure(of: Promise<unknown>): Promise<ApiError> {
  return of.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as ApiError,
  );
}

describe('the access token', () => {
  test('goes with every request', async () => {
    projectsFor('old');
    expect((await api.get('/projects/')).data).toEqual(['a project']);
    expect(server.seen.map(({ token }) => token)).toEqual(['old']);
  });

  test('stays out of a log-in, so that an expired one cannot spoil it', async () => {
    server.routes['POST /auth/login/'] = () => EXPIRED;
    expect((await failure(api.post('/auth/login/', {}))).status).toBe(401);
    expect(server.seen.map(({ token }) => token)).toEqual([null]);
  });
});

describe('an expired access token', () => {
  test('is refreshed, and the request is sent again', async () => {
    projectsFor('new');
    refreshAnswers({ access: 'new' });
    expect((await api.get('/projects/')).data).toEqual(['a project']);
    expect(session.access).toBe('new');
    expect(JSON.parse(server.requests('POST /token/refresh/')[0]!.body)).toEqual({ refresh: 'refresh-1' });
  });

  test('keeps the refresh token where the answer has none, and takes a rotated one', async () => {
    projectsFor('new');
    refreshAnswers({ access: 'new' });
    await api.get('/projects/');
    expect(session.refresh).toBe('refresh-1');
    projectsFor('newer');
    refreshAnswers({ access: 'newer', refresh: 'refresh-2' });
    await api.get('/projects/');
    expect(session.refresh).toBe('refresh-2');
  });

  test('is refreshed once for all requests that wait', async () => {
    projectsFor('new');
    refreshAnswers({ access: 'new' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.get('/projects/')));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(server.requests('POST /token/refresh/')).toHaveLength(1);
  });

  test('is not refreshed a second time for the same request', async () => {
    projectsFor('nobody');
    refreshAnswers({ access: 'new' });
    expect((await failure(api.get('/projects/'))).status).toBe(401);
    expect(server.requests('POST /token/refresh/')).toHaveLength(1);
    expect(server.requests('GET /projects/')).toHaveLength(2);
  });

  test('is not refreshed when another tab has done so already', async () => {
    server.routes['GET /projects/'] = ({ token }) => {
      if (token === 'new') return { status: 200, body: [] };
      session.keep({ access: 'new', refresh: 'refresh-2' });
      return EXPIRED;
    };
    await api.get('/projects/');
    expect(server.requests('POST /token/refresh/')).toHaveLength(0);
  });

  test('sends an upload again whole', async () => {
    server.routes['PATCH /auth/profile/'] = ({ token, body }) =>
      token === 'new' ? { status: 200, body: { size: body.includes('a picture') } } : EXPIRED;
    refreshAnswers({ access: 'new' });
    const form = new FormData();
    form.append('profile_picture', new File(['a picture'], 'me.png', { type: 'image/png' }));
    expect((await api.patch('/auth/profile/', form)).data).toEqual({ size: true });
  });
});

describe('a refresh that fails', () => {
  test.each([400, 401, 403])('with %i ends the log-in and tells whoever listens', async (status) => {
    projectsFor('nobody');
    refreshAnswers({ detail: 'Token is blacklisted' }, status);
    session.keepUser({ id: 1 } as never);
    let told = 0;
    const stop = session.subscribe(() => told++);
    expect((await failure(api.get('/projects/'))).status).toBe(401);
    stop();
    expect([session.access, session.refresh, session.user, told]).toEqual([null, null, null, 1]);
  });

  test.each([500, 503])('with %i leaves the log-in alone', async (status) => {
    projectsFor('nobody');
    refreshAnswers({ detail: 'down' }, status);
    expect((await failure(api.get('/projects/'))).status).toBe(status);
    expect(session.refresh).toBe('refresh-1');
  });

  test('leaves a log-in alone that was made meanwhile', async () => {
    projectsFor('nobody');
    server.routes['POST /token/refresh/'] = () => {
      session.keep({ access: 'other', refresh: 'other-refresh' });
      return { status: 401, body: {} };
    };
    await failure(api.get('/projects/'));
    expect([session.access, session.refresh]).toEqual(['other', 'other-refresh']);
  });

  test('does not happen without a refresh token: the log-in is simply over', async () => {
    localStorage.removeItem('refresh_token');
    projectsFor('nobody');
    await failure(api.get('/projects/'));
    expect([session.access, server.requests('POST /token/refresh/').length]).toEqual([null, 0]);
  });

  test('a log-out while the refresh is on its way stays one', async () => {
    projectsFor('new');
    server.routes['POST /token/refresh/'] = () => {
      session.clear();
      return { status: 200, body: { access: 'new', refresh: 'refresh-2' } };
    };
    expect((await failure(api.get('/projects/'))).status).toBe(401);
    expect([session.access, session.refresh]).toEqual([null, null]);
  });
});

describe('what is sent and answered', () => {
  test('parameters without a value are left out', async () => {
    server.routes['GET /projects/'] = () => ({ status: 200, body: [] });
    await api.get('/projects/', { params: { search: 'a b&c', type: '', page: 2, difficulty: undefined } });
    expect(server.seen[0]!.url).toBe('/projects/?search=a+b%26c&page=2');
  });

  test('a form gets its boundary from the browser, whatever type the caller names', async () => {
    server.routes['POST /upload/'] = () => ({ status: 200, body: {} });
    const form = new FormData();
    form.append('image', new File(['x'], 'x.png'));
    await api.post('/upload/', form, { headers: { 'Content-Type': 'multipart/form-data' } });
    expect(server.seen[0]!.contentType).toMatch(/^multipart\/form-data; ?boundary=/);
  });

  test('an answer without a body is one', async () => {
    server.routes['POST /auth/logout/'] = () => ({ status: 205 });
    expect(await api.post('/auth/logout/', {})).toMatchObject({ status: 205, data: undefined });
  });

  test('a page of HTML is no answer, even with 200', async () => {
    server.routes['GET /projects/'] = () => ({ status: 200, body: '<!doctype html>' });
    expect((await failure(api.get('/projects/'))).status).toBe(502);
  });

  test('a server that is not there is said so', async () => {
    await server.stop();
    const error = await failure(api.get('/projects/'));
    expect(error.message).toMatch(/could not reach/);
    expect(error.status).toBeUndefined();
    server = await startApi();
  });
});

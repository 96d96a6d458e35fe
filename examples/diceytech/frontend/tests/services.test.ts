import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { authService } from '../src/services/authService';
import { hackathonService } from '../src/services/hackathonService';
import { jobService } from '../src/services/jobService';
import { notificationService } from '../src/services/notificationService';
import { projectService } from '../src/services/projectService';
import { session } from '../src/services/session';
import { startApi, type Answer, type TestApi } from './server';
import { useApi } from './settings';

const ADA = { id: 7, username: 'ada', email: 'ada@example.com', profile_picture: null };
const PICTURE = new File(['pixels'], 'me.png', { type: 'image/png' });
let server: TestApi;

beforeEach(async () => {
  server = await startApi();
  await useApi(server.url);
  localStorage.clear();
});

afterEach(() => server.stop());

function answer(route: string, body: unknown, status = 200): void {
  server.routes[route] = (): Answer => ({ status, body });
}

describe('authService', () => {
  test('login keeps tokens and user under the names of the guide', async () => {
    answer('POST /auth/login/', { access: 'a', refresh: 'r', user: ADA });
    expect(await authService.login('ada@example.com', 'secret')).toEqual({ access: 'a', refresh: 'r', user: ADA });
    expect(localStorage.getItem('access_token')).toBe('a');
    expect(localStorage.getItem('refresh_token')).toBe('r');
    expect(authService.getCurrentUser()).toEqual(ADA);
  });

  test('a refused login keeps nothing', async () => {
    answer('POST /auth/login/', { error: 'Invalid credentials' }, 400);
    await expect(authService.login('ada@example.com', 'wrong')).rejects.toThrow('Invalid credentials');
    expect([session.access, authService.getCurrentUser()]).toEqual([null, null]);
  });

  test('logout forgets at once and ends the tokens on the server', async () => {
    session.keep({ access: 'a', refresh: 'r' });
    answer('POST /auth/logout/', undefined, 205);
    const ended = authService.logout();
    expect(session.access).toBeNull();
    await ended;
    expect(JSON.parse(server.requests('POST /auth/logout/')[0]!.body)).toEqual({ refresh: 'r' });
  });

  test('logout works while the server does not', async () => {
    session.keep({ access: 'a', refresh: 'r' });
    answer('POST /auth/logout/', { detail: 'down' }, 503);
    await authService.logout();
    expect([session.access, session.refresh]).toEqual([null, null]);
  });

  test('a profile that arrives after the logout does not bring the user back', async () => {
    session.keep({ access: 'a', refresh: 'r' });
    server.routes['PATCH /auth/profile/'] = () => {
      session.clear();
      return { status: 200, body: ADA };
    };
    await authService.updateProfile({ bio: 'x' });
    expect(authService.getCurrentUser()).toBeNull();
  });

  test('a picture is sent as the form field profile_picture, and the user is kept', async () => {
    session.keep({ access: 'a' });
    const pictured = { ...ADA, profile_picture: 'https://example.com/me.png' };
    answer('PATCH /auth/profile/', pictured);
    expect(await authService.uploadProfilePicture(PICTURE)).toEqual(pictured);
    expect(server.seen[0]!.body).toMatch(/name="profile_picture"; filename="me.png"[\s\S]*pixels/);
    expect(authService.getCurrentUser()).toEqual(pictured);
  });

  test('register answers what the server made', async () => {
    answer('POST /auth/register/', ADA, 201);
    expect(await authService.register({ username: 'ada', email: ADA.email, password: 'p' })).toEqual(ADA);
  });
});

test('a user that is not JSON counts as none', () => {
  localStorage.setItem('user', '{broken');
  expect(authService.getCurrentUser()).toBeNull();
});

test('a log-out in another tab is told', () => {
  let told = 0;
  const stop = session.subscribe(() => told++);
  const event = (key: string) => Object.assign(new Event('storage'), { key });
  window.dispatchEvent(event('user'));
  window.dispatchEvent(event('access_token'));
  stop();
  expect(told).toBe(1);
});

const CALLS: [string, () => Promise<unknown>, string, string][] = [
  ['getProjects', () => projectService.getProjects({ type: 'practice', page: 2 }), 'GET /projects/?type=practice&page=2', ''],
  ['getProject', () => projectService.getProject('3'), 'GET /projects/3/', ''],
  ['createProject', () => projectService.createProject({ title: 'T' } as never), 'POST /projects/', '{"title":"T"}'],
  ['joinProject', () => projectService.joinProject('3'), 'POST /projects/3/join/', ''],
  ['leaveProject', () => projectService.leaveProject('3'), 'POST /projects/3/leave/', ''],
  ['uploadProjectImage', () => projectService.uploadProjectImage('3', PICTURE), 'PATCH /projects/3/', 'name="image"'],
  ['getJobs', () => jobService.getJobs({ search: 'go' }), 'GET /jobs/?search=go', ''],
  ['createJob', () => jobService.createJob({ title: 'T' } as never), 'POST /jobs/', '{"title":"T"}'],
  ['uploadCompanyLogo', () => jobService.uploadCompanyLogo('4', PICTURE), 'PATCH /jobs/4/', 'name="company_logo"'],
  ['setOpen', () => jobService.setOpen('4', false), 'PATCH /jobs/4/', '{"is_active":false}'],
  ['applyToJob', () => jobService.applyToJob('4', 'Hello', PICTURE), 'POST /jobs/4/apply/', 'name="resume"'],
  ['setStatus', () => jobService.setStatus(5, 'reviewed'), 'PATCH /applications/5/', '{"status":"reviewed"}'],
  ['getHackathons', () => hackathonService.getHackathons(), 'GET /hackathons/', ''],
  ['createHackathon', () => hackathonService.createHackathon({ title: 'T' } as never), 'POST /hackathons/', '{"title":"T"}'],
  ['registerTeam', () => hackathonService.registerTeam('6', 'Dice', ['bo']), 'POST /hackathons/6/register/', '"team_name":"Dice"'],
  ['leaveTeam', () => hackathonService.leaveTeam('6'), 'POST /hackathons/6/leave/', ''],
  ['countUnread', () => notificationService.countUnread(), 'GET /notifications/?unread=true', ''],
  ['markRead', () => notificationService.markRead(8), 'POST /notifications/8/read/', ''],
  ['markAllRead', () => notificationService.markAllRead(), 'POST /notifications/read-all/', ''],
];

test.each(CALLS)('%s asks what the contract says', async (_name, call, expected, body) => {
  answer(expected.split('?')[0]!, { count: 0 });
  await call();
  const [seen] = server.seen;
  expect(`${seen!.method} ${seen!.url}`).toBe(expected);
  expect(seen!.body).toContain(body);
});

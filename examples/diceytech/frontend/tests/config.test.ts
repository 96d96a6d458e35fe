import { afterEach, expect, test, vi } from 'vitest';
import { loadSettings, merged } from '../src/config';

const BUILT = { apiUrl: 'https://built.example/api', environment: 'build', release: null };

afterEach(() => vi.unstubAllGlobals());

test('config.json wins over the build, field by field', () => {
  expect(merged({ apiUrl: 'https://run.example/api/', environment: 'prod' }, BUILT)).toEqual({
    apiUrl: 'https://run.example/api',
    environment: 'prod',
    release: null,
  });
});

test.each([[null], ['text'], [{ apiUrl: 7, environment: '' }]])('%j changes nothing', (found) => {
  expect(merged(found, BUILT)).toEqual(BUILT);
});

test.each([
  ['a page in its place', () => new Response('<!doctype html>', { headers: { 'Content-Type': 'text/html' } })],
  ['a 404', () => new Response('', { status: 404 })],
  ['broken JSON', () => new Response('{', { headers: { 'Content-Type': 'application/json' } })],
])("%s instead of config.json leaves the build's settings", async (_what, answer) => {
  vi.stubGlobal('fetch', () => Promise.resolve(answer()));
  expect((await loadSettings()).apiUrl).toBe('http://localhost:8000/api');
});

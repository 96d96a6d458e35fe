import { afterEach, describe, expect, test, vi } from 'vitest';
import { count, days, fullName, relative, salary } from '../src/format';

const NOW = Date.parse('2026-11-25T12:00:00Z');

test.each([
  ['2026-11-25T11:59:30Z', 'just now'],
  ['2026-11-25T09:00:00Z', '3 hours ago'],
  ['2026-11-24T11:00:00Z', 'yesterday'],
  ['2026-12-01T12:00:00Z', 'in 6 days'],
])('%s is %s', (time, said) => {
  expect(relative(time, NOW)).toBe(said);
});

test('a range names the year once where it is the same', () => {
  expect(days('2026-11-01T12:00:00Z', '2026-11-30T12:00:00Z')).toBe('Nov 1 – Nov 30, 2026');
  expect(days('2026-12-01T12:00:00Z', '2027-01-05T12:00:00Z')).toBe('Dec 1, 2026 – Jan 5, 2027');
});

test.each([
  ['50000.00', '70000.00', '$50,000 – $70,000'],
  ['50000.00', '50000.00', '$50,000'],
  ['50000.00', null, 'from $50,000'],
  [null, '70000.00', 'up to $70,000'],
  [null, null, null],
])('a salary from %s to %s', (min, max, said) => {
  expect(salary(min, max)).toBe(said);
});

test('a count takes the singular for one', () => {
  expect([count(0, 'team'), count(1, 'team'), count(1200, 'person', 'people')]).toEqual(['0 teams', '1 team', '1,200 people']);
});

test('somebody without a name goes by the user name', () => {
  expect(fullName({ first_name: '', last_name: '', username: 'ada' })).toBe('ada');
});

describe.each(['America/Los_Angeles', 'Pacific/Auckland'])('in %s', (zone) => {
  afterEach(() => vi.unstubAllEnvs());

  async function format() {
    vi.stubEnv('TZ', zone);
    vi.resetModules();
    return import('../src/format');
  }

  test('a date without a time is the day that was entered', async () => {
    expect((await format()).day('2024-05-01')).toBe('May 1, 2024');
  });

  test('days that somebody has chosen are shown to them as the same days', async () => {
    const { startOf, endOf, days } = await format();
    expect(days(startOf('2027-01-10'), endOf('2027-02-10'))).toBe('Jan 10 – Feb 10, 2027');
  });

  test('what is no day is left for the API to refuse', async () => {
    expect((await format()).startOf('20270-01-10')).toBe('20270-01-10');
  });
});

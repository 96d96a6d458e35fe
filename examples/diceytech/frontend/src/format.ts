/** Dates, money and names as people read them. */

const DATE_ONLY = /^\d{4}-\d\d-\d\d$/;
const DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const CALENDAR_DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const SHORT_DAY = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const DOLLARS = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** The day where the reader is; a date without a time is the same day everywhere. */
export function day(time: string): string {
  return (DATE_ONLY.test(time) ? CALENDAR_DAY : DAY).format(new Date(time));
}

/** The first moment of a day that somebody has chosen, `2027-01-10`, where they are, as the API takes it. */
export function startOf(date: string): string {
  return utc(date, '00:00:00');
}

/** The last second of such a day. */
export function endOf(date: string): string {
  return utc(date, '23:59:59');
}

function utc(date: string, time: string): string {
  const moment = new Date(`${date}T${time}`);
  return Number.isNaN(moment.getTime()) ? date : moment.toISOString(); // what is no day is for the API to refuse
}

export function days(start: string, end: string): string {
  const [from, to] = [new Date(start), new Date(end)];
  const isSameYear = from.getFullYear() === to.getFullYear();
  return `${(isSameYear ? SHORT_DAY : DAY).format(from)} – ${DAY.format(to)}`;
}

/** `3 hours ago`, `yesterday`, `in 5 days`. */
export function relative(time: string, now = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  return unit === 'second' ? 'just now' : AGO.format(Math.round(seconds / length), unit);
}

export function money(amount: string): string {
  return DOLLARS.format(Number(amount));
}

export function salary(min: string | null, max: string | null): string | null {
  if (min && max && Number(min) !== Number(max)) return `${money(min)} – ${money(max)}`;
  if (min || max) return `${min ? (max ? '' : 'from ') : 'up to '}${money(min ?? max ?? '')}`;
  return null;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

export function fullName(user: { first_name: string; last_name: string; username: string }): string {
  return `${user.first_name} ${user.last_name}`.trim() || user.username;
}

import { expect, test } from 'vitest';
import { ApiError } from '../src/services/apiError';

function refused(status: number, data: unknown, headers: HeadersInit = {}): ApiError {
  return new ApiError({ status, data, headers: new Headers(headers) });
}

test('errors of fields are kept by field', () => {
  const error = refused(400, { email: ['Enter a valid address.', 'Too long.'], non_field_errors: ['Dates are swapped.'] });
  expect(error.fields).toEqual({ email: 'Enter a valid address.' });
  expect(error.message).toBe('Dates are swapped.');
});

test('an error of one entry of a list is that of its field', () => {
  expect(refused(400, { members: { 0: ['Nobody is called that.'] } }).fields).toEqual({ members: 'Nobody is called that.' });
});

test.each([
  [400, { error: 'Invalid credentials' }, 'Invalid credentials'],
  [400, { message: 'This project is full' }, 'This project is full'],
  [400, { title: ['Required.'] }, 'Please check the fields that are marked.'],
  [403, { detail: 'Only the organizer may do that.' }, 'Only the organizer may do that.'],
  [404, { detail: 'Not found.' }, 'This does not exist, or not any more.'],
  [413, undefined, 'This is too large to upload.'],
  [500, { detail: 'Traceback …' }, 'Something went wrong on our side. Please try again.'],
  [502, '<html>', 'Something went wrong on our side. Please try again.'],
])('%i with %j is shown as a sentence', (status, data, message) => {
  expect(refused(status, data).message).toBe(message);
});

test('too many attempts say how long to wait', () => {
  expect(refused(429, {}, { 'Retry-After': '150' }).message).toBe('Too many attempts. Please try again in 3 minutes.');
  expect(refused(429, {}).message).toBe('Too many attempts. Please try again in a minute.');
});

/** What went wrong with a request, ready to be shown. */

export type FieldErrors = Record<string, string>;

interface Answer {
  status: number;
  data: unknown;
  headers: Headers;
}

const BY_STATUS: Record<number, string> = {
  403: 'You are not allowed to do that.',
  404: 'This does not exist, or not any more.',
  413: 'This is too large to upload.',
  503: 'DiceyTech is being updated. Please try again in a moment.',
};

export class ApiError extends Error {
  /** The server's answer; undefined where there was none. */
  readonly response: Answer | undefined;
  /** By field of the form; empty unless the server refused the input. */
  readonly fields: FieldErrors;

  constructor(response?: Answer, options?: ErrorOptions) {
    super(messageOf(response), options);
    this.name = 'ApiError';
    this.response = response;
    this.fields = fieldsOf(response);
  }

  get status(): number | undefined {
    return this.response?.status;
  }
}

function messageOf(response?: Answer): string {
  if (!response) return 'We could not reach DiceyTech. Check your connection and try again.';
  if (response.status === 429) return tooMany(response.headers.get('Retry-After'));
  const { data, status } = response;
  const said = isRecord(data) ? firstText(data['error'] ?? data['message'] ?? data['detail'] ?? data['non_field_errors']) : undefined;
  if (status < 500 && status !== 404 && said) return said;
  if (status === 400 && isRecord(data)) return 'Please check the fields that are marked.';
  return BY_STATUS[status] ?? 'Something went wrong on our side. Please try again.';
}

function tooMany(seconds: string | null): string {
  const minutes = Math.ceil(Number(seconds ?? 60) / 60);
  return `Too many attempts. Please try again in ${minutes > 1 ? `${minutes} minutes` : 'a minute'}.`;
}

function fieldsOf(response?: Answer): FieldErrors {
  if (response?.status !== 400 || !isRecord(response.data)) return {};
  const found = Object.entries(response.data).flatMap(([field, value]) => {
    const text = typeof value === 'object' ? firstText(value) : undefined;
    return text && field !== 'non_field_errors' ? [[field, text] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The first text in it; errors of a list's entries come as `{"0": ["what is wrong"]}`. */
function firstText(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) return firstText(Object.values(value)[0]);
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

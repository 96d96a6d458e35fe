/** Where the API is: from /config.json, which a deploy writes, else from the build's REACT_APP_* variables. */

export interface Settings {
  apiUrl: string;
  environment: string;
  release: string | null;
}

const built = import.meta.env;

let current: Settings = {
  apiUrl: built['REACT_APP_API_URL'] || 'http://localhost:8000/api',
  environment: 'build',
  release: null,
};

export function settings(): Settings {
  return current;
}

/** What a config.json says, field by field; a field that is missing or of another type keeps its value. */
export function merged(found: unknown, before: Settings): Settings {
  const given: Record<string, unknown> = typeof found === 'object' && found !== null ? { ...found } : {};
  const text = (key: keyof Settings) => (typeof given[key] === 'string' && given[key] !== '' ? given[key] : undefined);
  return {
    apiUrl: (text('apiUrl') ?? before.apiUrl).replace(/\/+$/, ''),
    environment: text('environment') ?? before.environment,
    release: text('release') ?? before.release,
  };
}

/** Reads config.json once, before the first page. A site without one, or with a page in its place, keeps the build's. */
export async function loadSettings(): Promise<Settings> {
  try {
    const answer = await fetch('/config.json', { credentials: 'same-origin' });
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    if (answer.ok && isJson) current = merged(await answer.json(), current);
  } catch {
    // Offline or not JSON: what was built in still leads somewhere.
  }
  return current;
}

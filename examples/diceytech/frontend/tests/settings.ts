/** Points the services at a server, by the way a deployed site does it: through config.json. */

import { vi } from 'vitest';
import { loadSettings } from '../src/config';

export async function useApi(url: string): Promise<void> {
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ apiUrl: url })));
  await loadSettings();
  vi.stubGlobal('fetch', real);
}

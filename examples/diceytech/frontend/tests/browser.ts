/** What the services use of a browser and Node.js lacks: storage, and a window that hears of other tabs. */

class MemoryStorage {
  readonly #values = new Map<string, string>();

  getItem = (key: string) => this.#values.get(key) ?? null;
  setItem = (key: string, value: string) => void this.#values.set(key, value);
  removeItem = (key: string) => void this.#values.delete(key);
  clear = () => this.#values.clear();
}

Object.assign(globalThis, { localStorage: new MemoryStorage(), window: new EventTarget() });

import { createStore, useStore } from './store';

export type Theme = 'light' | 'dark' | 'system';

const KEY = 'theme';
const theme = createStore<Theme>('system');

/** Light or dark as chosen before, else as the system has it. */
export function restoreTheme(): void {
  const kept = localStorage.getItem(KEY);
  if (kept === 'light' || kept === 'dark') setTheme(kept);
}

export function setTheme(wanted: Theme): void {
  theme.set(() => wanted);
  if (wanted === 'system') {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset['theme'];
    return;
  }
  localStorage.setItem(KEY, wanted);
  document.documentElement.dataset['theme'] = wanted;
}

/** What is shown now, and a switch to the other. */
export function useTheme(): { isDark: boolean; toggle: () => void } {
  const chosen = useStore(theme);
  const isDark = chosen === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'dark';
  return { isDark, toggle: () => setTheme(isDark ? 'light' : 'dark') };
}

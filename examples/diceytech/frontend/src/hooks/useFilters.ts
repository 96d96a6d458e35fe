import { useLocation, useSearchParams } from 'wouter';

export interface Filters {
  value: (name: string) => string;
  page: number;
  /** Changes filters in the address and goes back to the first page; an empty value removes its filter. */
  change: (values: Record<string, string>) => void;
  toPage: (page: number) => void;
  reset: () => void;
  isFiltered: boolean;
  /** The address's query, which says all of it. */
  key: string;
}

/** A list's filters and page, kept in the address so that they can be shared, reloaded and gone back to. */
export function useFilters(): Filters {
  const [params, setParams] = useSearchParams();
  const [path] = useLocation();
  const page = Number(params.get('page'));
  const set = (values: Record<string, string>, replace: boolean) => {
    if (location.pathname !== path) return; // typed, and then gone to another page before the search began
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(values)) value ? after.set(name, value) : after.delete(name);
        return after;
      },
      { replace },
    );
  };
  return {
    value: (name) => params.get(name) ?? '',
    page: Number.isInteger(page) && page > 0 ? page : 1,
    change: (values) => set({ ...values, page: '' }, true),
    toPage: (wanted) => set({ page: wanted > 1 ? String(wanted) : '' }, false),
    reset: () => setParams(new URLSearchParams()),
    isFiltered: [...params.keys()].some((name) => name !== 'page'),
    key: params.toString(),
  };
}

import type { Filters } from '../hooks/useFilters';
import { Icon } from './Icon';

const PAGE_SIZE = 20;

/** Back and forth through a list; nothing where it fits on one page. */
export function Pager({ count, filters }: { count: number; filters: Pick<Filters, 'page' | 'toPage'> }) {
  const pages = Math.ceil(count / PAGE_SIZE);
  const { page } = filters;
  const go = (wanted: number) => {
    filters.toPage(wanted);
    window.scrollTo(0, 0);
  };
  if (pages < 2) return null;
  return (
    <nav className="pager" aria-label="Pages">
      <button className="button button--quiet" type="button" disabled={page <= 1} onClick={() => go(page - 1)}>
        <Icon name="back" /> Previous
      </button>
      <p>
        Page {page} of {pages}
      </p>
      <button className="button button--quiet" type="button" disabled={page >= pages} onClick={() => go(page + 1)}>
        Next <Icon name="next" />
      </button>
    </nav>
  );
}

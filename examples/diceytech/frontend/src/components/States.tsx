import type { ReactNode } from 'react';
import type { Resource } from '../hooks/useResource';
import type { ApiError } from '../services/apiError';
import { Die } from './Die';

export function Loading() {
  return (
    <div className="state" role="status">
      <span className="rolling">
        <Die pips={5} />
      </span>
      <p>Loading…</p>
    </div>
  );
}

export function Failed({ error, retry }: { error: ApiError; retry: () => void }) {
  const isGone = error.status === 404;
  return (
    <div className="state" role="alert">
      <Die pips={isGone ? 2 : 1} />
      <h2>{isGone ? 'Not found' : 'That did not work'}</h2>
      <p>{error.message}</p>
      {!isGone && (
        <button className="button" type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <Die pips={3} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Grey shapes where a list's cards will be. */
export function CardSkeletons({ tall = false }: { tall?: boolean }) {
  return (
    <div className={tall ? 'cards' : 'rows'} role="status" aria-label="Loading">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className={tall ? 'skeleton skeleton--tall' : 'skeleton'} />
      ))}
    </div>
  );
}

interface Props<T> {
  resource: Resource<T>;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/** What was loaded; until then that it is loading, or why it is not there. */
export function Loaded<T>({ resource, skeleton = <Loading />, children }: Props<T>) {
  if (resource.data !== undefined) {
    return <div className={resource.loading ? 'loaded loaded--stale' : 'loaded'}>{children(resource.data)}</div>;
  }
  if (resource.error && !resource.loading) return <Failed error={resource.error} retry={resource.reload} />;
  return skeleton;
}

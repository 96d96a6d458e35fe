import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../services/apiError';

export interface Resource<T> {
  data: T | undefined;
  error: ApiError | undefined;
  /** True from the first request on and at each further one; `data` is then that of the one before. */
  loading: boolean;
  reload: () => void;
  /** Shows what another answer has told, without asking again. */
  replace: (data: T) => void;
}

type State<T> = Pick<Resource<T>, 'data' | 'error' | 'loading'>;

/** What `load` answers, asked for anew whenever `key` changes; an answer that comes too late is dropped. */
export function useResource<T>(key: string, load: () => Promise<T>): Resource<T> {
  const [state, setState] = useState<State<T>>({ data: undefined, error: undefined, loading: true });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    let isCurrent = true;
    setState((before) => ({ ...before, loading: true }));
    latest.current().then(
      (data) => isCurrent && setState({ data, error: undefined, loading: false }),
      (cause: unknown) => isCurrent && setState({ data: undefined, error: asApiError(cause), loading: false }),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, turn]);

  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const replace = useCallback((data: T) => setState({ data, error: undefined, loading: false }), []);
  return { ...state, reload, replace };
}

export function asApiError(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : new ApiError(undefined, { cause });
}

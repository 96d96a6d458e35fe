import { useState } from 'react';
import { toast } from '../components/Toasts';
import { asApiError } from './useResource';

/** A button's request: `act` sends it, says `done` and calls `after`; `error` is what the API said instead. */
export function useAction(after: () => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const act = async (action: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setError(undefined);
    try {
      await action();
      toast(done);
      after();
    } catch (cause) {
      setError(asApiError(cause).message);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, act };
}

import { useEffect, useRef, useState, type FormEvent, type RefObject } from 'react';
import type { ApiError, FieldErrors } from '../services/apiError';
import { asApiError } from './useResource';

export interface Submission {
  formRef: RefObject<HTMLFormElement | null>;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  busy: boolean;
  error: ApiError | undefined;
  fields: FieldErrors;
}

/** Sends a form once at a time, and leads to the first field that was refused. */
export function useSubmit(send: (form: FormData) => Promise<void>): Submission {
  const formRef = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();

  useEffect(() => {
    const first = (selector: string) => formRef.current?.querySelector<HTMLElement>(selector);
    if (error) (first('[aria-invalid="true"]') ?? first('[role="alert"]'))?.focus();
  }, [error]);

  const submit = async (form: HTMLFormElement) => {
    setBusy(true);
    setError(undefined);
    try {
      await send(new FormData(form));
    } catch (cause) {
      setError(asApiError(cause));
    } finally {
      setBusy(false);
    }
  };

  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!busy) void submit(event.currentTarget);
  };
  return { formRef, onSubmit, busy, error, fields: error?.fields ?? {} };
}

/** A text field's value, without the space around it. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** A chosen file; undefined where none was. */
export function fileOf(form: FormData, name: string): File | undefined {
  const value = form.get(name);
  return value instanceof File && value.size > 0 ? value : undefined;
}

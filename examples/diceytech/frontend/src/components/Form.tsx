import type { ReactNode } from 'react';
import type { Submission } from '../hooks/useSubmit';

interface Props {
  submission: Submission;
  action: string;
  busyAction: string;
  label: string;
  children: ReactNode;
}

/** A form with its own message when sending it failed. The server is the judge of the input, not the browser. */
export function Form({ submission, action, busyAction, label, children }: Props) {
  const { formRef, onSubmit, busy, error } = submission;
  return (
    <form ref={formRef} className="form" onSubmit={onSubmit} aria-label={label} aria-busy={busy}>
      {error && (
        <p className="alert" role="alert" tabIndex={-1}>
          {error.message}
        </p>
      )}
      {children}
      <button className="button" type="submit" aria-disabled={busy}>
        {busy ? busyAction : action}
      </button>
    </form>
  );
}

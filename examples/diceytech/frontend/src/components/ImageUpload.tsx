import { useId, useState, type ChangeEvent } from 'react';
import { asApiError } from '../hooks/useResource';
import { PICTURE_TYPES } from './Field';

const MOST = 5 * 1024 * 1024; // bytes; the server has the same limit

/** Sends a picture as soon as it is chosen. */
export function ImageUpload({ label, upload }: { label: string; upload: (file: File) => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const id = useId();
  const choose = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    if (!file) return;
    setError(file.size > MOST ? 'This picture is larger than 5 MB.' : undefined);
    if (file.size <= MOST) {
      setBusy(true);
      await upload(file).catch((cause: unknown) => setError(refusal(cause)));
      setBusy(false);
    }
    target.value = ''; // so that the same file can be chosen again
  };
  return (
    <div className="upload">
      <input
        id={id}
        className="visually-hidden"
        type="file"
        accept={PICTURE_TYPES}
        disabled={busy}
        aria-describedby={`${id}-hint`}
        onChange={(event) => void choose(event)}
      />
      <label className="button button--quiet" htmlFor={id}>
        {busy ? 'Uploading…' : label}
      </label>
      <p className="field__hint" id={`${id}-hint`}>
        JPEG, PNG, GIF or WebP, 5 MB at most
      </p>
      {error && (
        <p className="field__error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function refusal(cause: unknown): string {
  const error = asApiError(cause);
  return Object.values(error.fields)[0] ?? error.message;
}

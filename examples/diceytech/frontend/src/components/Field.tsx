import { useId, type ComponentProps, type ReactNode } from 'react';

export const PICTURE_TYPES = 'image/jpeg,image/png,image/gif,image/webp';

interface Common {
  label: string;
  name: string;
  hint?: ReactNode;
  error?: string | undefined;
}

interface Wiring {
  id: string;
  name: string;
  'aria-describedby': string | undefined;
  'aria-invalid': true | undefined;
}

/** A label, its control, a hint and what is wrong with the value, tied together for screen readers. */
function Labelled({ label, name, hint, error, children }: Common & { children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, name, 'aria-describedby': describedBy || undefined, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p className="field__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field__error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

export function Field({ label, name, hint, error, ...input }: Common & ComponentProps<'input'>) {
  return (
    <Labelled {...{ label, name, hint, error }}>{(wiring) => <input className="input" {...input} {...wiring} />}</Labelled>
  );
}

/** A picture to send along; how large it may be is the server's limit. */
export function PictureField({ label, name }: Pick<Common, 'label' | 'name'>) {
  return <Field label={label} name={name} type="file" accept={PICTURE_TYPES} hint="May be left out. 5 MB at most." />;
}

export function TextArea({ label, name, hint, error, ...area }: Common & ComponentProps<'textarea'>) {
  return (
    <Labelled {...{ label, name, hint, error }}>
      {(wiring) => <textarea className="input" rows={5} {...area} {...wiring} />}
    </Labelled>
  );
}

interface SelectProps extends Common, Omit<ComponentProps<'select'>, 'name' | 'children'> {
  options: Record<string, string>;
}

export function Select({ label, name, hint, error, options, ...select }: SelectProps) {
  return (
    <Labelled {...{ label, name, hint, error }}>
      {(wiring) => (
        <select className="input" {...select} {...wiring}>
          {Object.entries(options).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

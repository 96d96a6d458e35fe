import { useState } from 'react';
import { Field, TextArea } from '../components/Field';
import { Form } from '../components/Form';
import { Icon } from '../components/Icon';
import { toast } from '../components/Toasts';
import { day } from '../format';
import { asApiError } from '../hooks/useResource';
import { textOf, useSubmit } from '../hooks/useSubmit';
import { historyService, type Entry, type Kind } from '../services/historyService';

const TEXTS = {
  experiences: { heading: 'Experience', add: 'Add experience', what: ['title', 'Title'], where: ['company', 'Company'] },
  education: { heading: 'Education', add: 'Add education', what: ['degree', 'Degree'], where: ['school', 'School'] },
} as const;

interface Props {
  kind: Kind;
  entries: Entry[];
  changed: () => void;
}

/** Where somebody has worked or learned, to add to and to remove from. */
export function History({ kind, entries, changed }: Props) {
  const [adding, setAdding] = useState(false);
  const { heading, add } = TEXTS[kind];
  const remove = async (entry: Entry) => {
    await historyService.remove(kind, entry.id).catch((cause: unknown) => toast(asApiError(cause).message));
    changed();
  };
  return (
    <section className="card card__body" aria-label={heading}>
      <h2>{heading}</h2>
      <ul className="plain-list">
        {entries.map((entry) => (
          <Line key={entry.id} entry={entry} remove={() => void remove(entry)} />
        ))}
        {!entries.length && !adding && <li className="muted">Nothing yet.</li>}
      </ul>
      {adding ? (
        <NewEntry
          kind={kind}
          done={() => {
            setAdding(false);
            changed();
          }}
        />
      ) : (
        <button className="button button--quiet" type="button" onClick={() => setAdding(true)}>
          <Icon name="plus" /> {add}
        </button>
      )}
    </section>
  );
}

function Line({ entry, remove }: { entry: Entry; remove: () => void }) {
  const [what, where] = 'title' in entry ? [entry.title, entry.company] : [entry.degree, entry.school];
  return (
    <li className="history">
      <div>
        <strong>{what}</strong>, {where}
        <p className="muted">
          {day(entry.start_date)} – {entry.end_date ? day(entry.end_date) : 'today'}
        </p>
        {entry.description && <p className="prose">{entry.description}</p>}
      </div>
      <button className="link-button" type="button" onClick={remove} aria-label={`Remove ${what}, ${where}`}>
        Remove
      </button>
    </li>
  );
}

function NewEntry({ kind, done }: { kind: Kind; done: () => void }) {
  const { heading, add, what, where } = TEXTS[kind];
  const submission = useSubmit(async (form) => {
    const names = [what[0], where[0], 'start_date', 'description'];
    const end = textOf(form, 'end_date') || null;
    const entry = Object.fromEntries(names.map((name) => [name, textOf(form, name)]));
    await historyService.add(kind, { ...entry, end_date: end, ...(kind === 'experiences' && { is_current: !end }) });
    toast(`${heading} is added`);
    done();
  });
  const { fields } = submission;
  return (
    <Form submission={submission} label={add} action={add} busyAction="Adding…">
      <div className="form__row">
        <Field label={what[1]} name={what[0]} required maxLength={100} error={fields[what[0]]} />
        <Field label={where[1]} name={where[0]} required maxLength={100} error={fields[where[0]]} />
      </div>
      <div className="form__row">
        <Field label="From" name="start_date" type="date" required error={fields['start_date']} />
        <Field label="To" name="end_date" type="date" hint="Empty: until today" error={fields['end_date']} />
      </div>
      <TextArea label="What did you do?" name="description" required rows={3} error={fields['description']} />
    </Form>
  );
}

import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon';

export interface Fact {
  icon: IconName;
  /** What it is about, for readers of the screen and in the long form. */
  label: string;
  value: ReactNode;
}

/** Short facts with icons; `long` also shows what each is about. */
export function Facts({ facts, long = false }: { facts: (Fact | null)[]; long?: boolean }) {
  return (
    <dl className={long ? 'facts facts--long' : 'facts'}>
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact.label} className="facts__one">
              <dt>
                <Icon name={fact.icon} />
                <span className={long ? 'facts__label' : 'visually-hidden'}>{fact.label}</span>
              </dt>
              <dd>{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

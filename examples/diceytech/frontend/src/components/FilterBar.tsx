import { useEffect, useRef } from 'react';
import type { Filters } from '../hooks/useFilters';
import { Icon } from './Icon';

const PAUSE = 300; // ms of no typing before a search

interface Props {
  filters: Filters;
  label: string;
  choices?: { name: string; label: string; options: Record<string, string> }[];
}

/** A search box, and a choice for each further filter; the first option of each means all. */
export function FilterBar({ filters, label, choices = [] }: Props) {
  return (
    <form className="filters" role="search" aria-label={label} onSubmit={(event) => event.preventDefault()}>
      <SearchBox filters={filters} label={label} />
      {choices.map(({ name, label: text, options }) => (
        <select
          key={name}
          className="input filters__choice"
          aria-label={text}
          value={filters.value(name)}
          onChange={(event) => filters.change({ [name]: event.target.value })}
        >
          {Object.entries(options).map(([value, option]) => (
            <option key={value} value={value}>
              {option}
            </option>
          ))}
        </select>
      ))}
    </form>
  );
}

function SearchBox({ filters, label }: Pick<Props, 'filters' | 'label'>) {
  const timer = useRef<number>(undefined);
  const box = useRef<HTMLInputElement>(null);
  const searched = filters.value('search');
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (box.current && box.current !== document.activeElement) box.current.value = searched;
  }, [searched]);
  const type = (text: string) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => filters.change({ search: text.trim() }), PAUSE);
  };
  return (
    <div className="filters__search">
      <Icon name="search" />
      <input
        ref={box}
        className="input"
        type="search"
        aria-label={label}
        placeholder={label}
        defaultValue={searched}
        onChange={(event) => type(event.target.value)}
      />
    </div>
  );
}

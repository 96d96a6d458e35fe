import { useId, useState } from 'react';
import { useResource } from '../hooks/useResource';
import { skillService } from '../services/skillService';
import type { Skill } from '../services/types';

export function SkillTags({ skills, label = 'Skills' }: { skills: Skill[]; label?: string }) {
  if (!skills.length) return null;
  return (
    <ul className="tags" aria-label={label}>
      {skills.map((skill) => (
        <li key={skill.id} className="tag">
          {skill.name}
        </li>
      ))}
    </ul>
  );
}

interface PickerProps {
  label: string;
  name: string;
  chosen?: number[];
}

/** Every skill as a box to tick, narrowed by typing; the form sends the ids under `name`. */
export function SkillPicker({ label, name, chosen = [] }: PickerProps) {
  const skills = useResource('skills', skillService.getSkills);
  const [typed, setTyped] = useState('');
  const id = useId();
  const fits = (skill: Skill) => `${skill.name} ${skill.category}`.toLowerCase().includes(typed.trim().toLowerCase());
  return (
    <fieldset className="field picker">
      <legend>{label}</legend>
      <input
        className="input"
        type="search"
        aria-label={`Narrow: ${label}`}
        placeholder="Type to narrow the list"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {skills.error && <p className="field__error">The skills could not be loaded.</p>}
      <div className="tags picker__options">
        {skills.data?.map((skill) => (
          <label key={skill.id} className="tag tag--choice" hidden={!fits(skill)} htmlFor={`${id}-${skill.id}`}>
            <input
              id={`${id}-${skill.id}`}
              type="checkbox"
              name={name}
              value={skill.id}
              defaultChecked={chosen.includes(skill.id)}
            />
            {skill.name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Ids of the ticked skills. */
export function idsOf(form: FormData, name: string): number[] {
  return form.getAll(name).map(Number);
}

import type { Project } from '../services/types';
import { DieFace } from './Die';

const DICE = 5;

/** A project's picture, or a throw of dice that is always the same for the same project. */
export function Cover({ project }: { project: Pick<Project, 'id' | 'image' | 'project_type'> }) {
  if (project.image) return <img className="cover" src={project.image} alt="" loading="lazy" decoding="async" />;
  const throwOf = numbers(project.id);
  return (
    <svg
      className={`cover cover--${project.project_type}`}
      viewBox="0 0 320 150"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      focusable="false"
    >
      {Array.from({ length: DICE }, (_, index) => {
        const size = 1 + throwOf() * 0.9; // 24 to 46 wide, so that turned by any angle it stays in its column of 64
        const x = 32 + index * 64;
        const y = 42 + throwOf() * 66;
        return (
          <g key={index} transform={`translate(${x} ${y}) rotate(${throwOf() * 90}) scale(${size}) translate(-12 -12)`}>
            <DieFace pips={1 + Math.floor(throwOf() * 6)} />
          </g>
        );
      })}
    </svg>
  );
}

/** Numbers from 0 to 1 that look random and depend on the seed alone (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

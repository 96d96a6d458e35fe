import { Link } from 'wouter';
import { Cover } from '../components/Cover';
import { Die } from '../components/Die';
import { Facts } from '../components/Facts';
import { FilterBar } from '../components/FilterBar';
import { Icon } from '../components/Icon';
import { PageTitle } from '../components/PageTitle';
import { Pager } from '../components/Pager';
import { SkillTags } from '../components/Skills';
import { CardSkeletons, Empty, Loaded } from '../components/States';
import { count, day, money } from '../format';
import { useFilters } from '../hooks/useFilters';
import { useResource } from '../hooks/useResource';
import { projectService, type ProjectFilters } from '../services/projectService';
import type { Project } from '../services/types';
import { DIFFICULTIES, PIPS, PROJECT_TYPES } from './labels';

const CHOICES = [
  { name: 'type', label: 'Kind', options: { '': 'Every kind', ...PROJECT_TYPES } },
  { name: 'difficulty', label: 'Difficulty', options: { '': 'Every difficulty', ...DIFFICULTIES } },
  { name: 'mine', label: 'Whose', options: { '': "Everybody's", joined: 'Those I joined', organized: 'Those I organize' } },
];
const TAGS = 3;

export default function ProjectsPage() {
  const filters = useFilters();
  const projects = useResource(`projects ${filters.key}`, () =>
    projectService.getProjects({
      page: filters.page,
      search: filters.value('search'),
      type: filters.value('type'),
      difficulty: filters.value('difficulty'),
      mine: (filters.value('mine') || undefined) as NonNullable<ProjectFilters['mine']>,
    }),
  );
  return (
    <>
      <div className="page-head">
        <PageTitle title="Projects">Projects</PageTitle>
        <Link href="/projects/new" className="button">
          <Icon name="plus" /> New project
        </Link>
      </div>
      <FilterBar filters={filters} label="Search projects" choices={CHOICES} />
      <Loaded resource={projects} skeleton={<CardSkeletons tall />}>
        {({ count: total, results }) => (
          <>
            <p className="result-count" role="status">
              {count(total, 'project')}
            </p>
            {results.length ? (
              <ul className="cards">
                {results.map((project) => (
                  <ProjectCard key={project.id} project={project} />
                ))}
              </ul>
            ) : (
              <NoProjects isFiltered={filters.isFiltered} reset={filters.reset} />
            )}
            <Pager count={total} filters={filters} />
          </>
        )}
      </Loaded>
    </>
  );
}

function ProjectCard({ project }: { project: Project }) {
  const hidden = project.technology_details.length - TAGS;
  return (
    <li className="card card--link">
      <Cover project={project} />
      <div className="card__body">
        <p className="card__kind">
          <Die pips={PIPS[project.difficulty]} /> {DIFFICULTIES[project.difficulty]}
          <span aria-hidden="true">·</span> {project.category}
        </p>
        <h2 className="card__title">
          <Link href={`/projects/${project.id}`}>{project.title}</Link>
        </h2>
        <p className="card__text">{project.description}</p>
        <SkillTags skills={project.technology_details.slice(0, TAGS)} label="Technologies" />
        {hidden > 0 && <p className="card__more">and {hidden} more</p>}
        <div className="card__foot">
          <Facts
            facts={[
              { icon: 'people', label: 'Participants', value: `${project.participants_count} / ${project.max_participants}` },
              { icon: 'calendar', label: 'Ends', value: day(project.end_date) },
              project.prize_amount ? { icon: 'prize', label: 'Prize', value: money(project.prize_amount) } : null,
            ]}
          />
          {project.is_joined && <span className="chip">Joined</span>}
        </div>
      </div>
    </li>
  );
}

function NoProjects({ isFiltered, reset }: { isFiltered: boolean; reset: () => void }) {
  if (!isFiltered) {
    return (
      <Empty title="No projects yet">
        <p>Be the first: every project here was somebody's idea.</p>
        <Link href="/projects/new" className="button">
          Start one
        </Link>
      </Empty>
    );
  }
  return (
    <Empty title="No project fits">
      <p>Try other words, or fewer filters.</p>
      <button className="button button--quiet" type="button" onClick={reset}>
        Clear the filters
      </button>
    </Empty>
  );
}

import { BackLink } from '../components/BackLink';
import { Cover } from '../components/Cover';
import { Die } from '../components/Die';
import { Facts } from '../components/Facts';
import { ImageUpload } from '../components/ImageUpload';
import { PageTitle } from '../components/PageTitle';
import { SkillTags } from '../components/Skills';
import { Loaded } from '../components/States';
import { toast } from '../components/Toasts';
import { days, money } from '../format';
import { useAction } from '../hooks/useAction';
import { useResource, type Resource } from '../hooks/useResource';
import { useUser } from '../hooks/useUser';
import { projectService } from '../services/projectService';
import type { Project } from '../services/types';
import { DIFFICULTIES, PIPS, PROJECT_TYPES } from './labels';

export default function ProjectPage({ id }: { id: string }) {
  const project = useResource(`project ${id}`, () => projectService.getProject(id));
  return (
    <>
      <BackLink href="/projects">Projects</BackLink>
      <Loaded resource={project}>{(found) => <Details project={found} resource={project} />}</Loaded>
    </>
  );
}

interface Props {
  project: Project;
  resource: Resource<Project>;
}

function Details({ project, resource }: Props) {
  const user = useUser();
  return (
    <article className="detail">
      <div className="detail__main card">
        <Cover project={project} />
        <div className="card__body">
          <p className="card__kind">
            <Die pips={PIPS[project.difficulty]} /> {DIFFICULTIES[project.difficulty]}
            <span aria-hidden="true">·</span> {PROJECT_TYPES[project.project_type]}
            <span aria-hidden="true">·</span> {project.category}
          </p>
          <PageTitle title={project.title}>{project.title}</PageTitle>
          <p className="prose">{project.description}</p>
          <SkillTags skills={project.technology_details} label="Technologies" />
        </div>
      </div>
      <aside className="detail__side card" aria-label="Taking part">
        <Facts
          long
          facts={[
            { icon: 'people', label: 'Participants', value: `${project.participants_count} of ${project.max_participants}` },
            { icon: 'calendar', label: 'Dates', value: days(project.start_date, project.end_date) },
            project.prize_amount ? { icon: 'prize', label: 'Prize', value: money(project.prize_amount) } : null,
            { icon: 'person', label: 'Organized by', value: project.organizer_name },
          ]}
        />
        <TakePart project={project} reload={resource.reload} />
        {user?.id === project.organizer && (
          <ImageUpload
            label="Change the picture"
            upload={async (file) => {
              resource.replace(await projectService.uploadProjectImage(String(project.id), file));
              toast('The picture is changed');
            }}
          />
        )}
      </aside>
    </article>
  );
}

function TakePart({ project, reload }: { project: Project; reload: () => void }) {
  const { busy, error, act } = useAction(reload);
  const id = String(project.id);
  const leave = () => act(() => projectService.leaveProject(id), 'You have left the project');
  const join = () => act(() => projectService.joinProject(id), 'You are in. Have fun building!');
  return (
    <div className="take-part">
      {project.is_joined ? (
        <>
          <p className="chip chip--large">You take part</p>
          <button className="button button--quiet" type="button" disabled={busy} onClick={() => void leave()}>
            Leave the project
          </button>
        </>
      ) : (
        <JoinButton project={project} busy={busy} join={() => void join()} />
      )}
      {error && (
        <p className="alert" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function JoinButton({ project, busy, join }: { project: Project; busy: boolean; join: () => void }) {
  if (!project.is_active) return <p className="muted">This project is closed.</p>;
  if (project.participants_count >= project.max_participants) return <p className="muted">This project is full.</p>;
  return (
    <button className="button button--large" type="button" disabled={busy} onClick={join}>
      {busy ? 'Joining…' : 'Join the project'}
    </button>
  );
}

import { BackLink } from '../components/BackLink';
import { DateBlock } from '../components/DateBlock';
import { Facts } from '../components/Facts';
import { Field } from '../components/Field';
import { Form } from '../components/Form';
import { PageTitle } from '../components/PageTitle';
import { Loaded } from '../components/States';
import { toast } from '../components/Toasts';
import { day, days, money } from '../format';
import { useAction } from '../hooks/useAction';
import { useResource, type Resource } from '../hooks/useResource';
import { textOf, useSubmit } from '../hooks/useSubmit';
import { useUser } from '../hooks/useUser';
import { hackathonService } from '../services/hackathonService';
import type { Hackathon, Page, Team } from '../services/types';

export default function HackathonPage({ id }: { id: string }) {
  const hackathon = useResource(`hackathon ${id}`, () => hackathonService.getHackathon(id));
  const teams = useResource(`teams ${id}`, () => hackathonService.getTeams(id));
  const registered = () => {
    hackathon.reload();
    teams.reload();
  };
  return (
    <>
      <BackLink href="/hackathons">Hackathons</BackLink>
      <Loaded resource={hackathon}>
        {(found) => (
          <article className="detail">
            <div className="detail__main card">
              <div className="card__body">
                <Details hackathon={found} />
                <Teams teams={teams} />
              </div>
            </div>
            <aside className="detail__side card" aria-label="Registration">
              <Facts long facts={factsOf(found)} />
              {found.is_registered ? (
                <Registered hackathon={found} teams={teams} done={registered} />
              ) : (
                <Register hackathon={found} done={registered} />
              )}
            </aside>
          </article>
        )}
      </Loaded>
    </>
  );
}

function Details({ hackathon }: { hackathon: Hackathon }) {
  return (
    <>
      <div className="job-head">
        <DateBlock time={hackathon.start_date} />
        <div>
          <p className="card__kind">{hackathon.theme}</p>
          <PageTitle title={hackathon.title}>{hackathon.title}</PageTitle>
        </div>
      </div>
      <p className="prose">{hackathon.description}</p>
    </>
  );
}

function factsOf(hackathon: Hackathon): Parameters<typeof Facts>[0]['facts'] {
  return [
    { icon: 'calendar', label: 'Dates', value: days(hackathon.start_date, hackathon.end_date) },
    { icon: 'place', label: 'Place', value: hackathon.location || 'Online' },
    { icon: 'people', label: 'Teams', value: `${hackathon.teams_count} of ${hackathon.max_teams}, ${hackathon.max_team_size} people each` },
    hackathon.prize_amount ? { icon: 'prize', label: 'Prize', value: money(hackathon.prize_amount) } : null,
    { icon: 'bell', label: 'Register by', value: day(hackathon.registration_deadline) },
  ];
}

function Teams({ teams }: { teams: Resource<Page<Team>> }) {
  return (
    <section aria-label="Teams">
      <h2>Teams</h2>
      <Loaded resource={teams}>
        {({ results }) => (
          <ul className="plain-list">
            {results.map((team) => (
              <li key={team.id} className="team">
                <strong>{team.name}</strong>
                <span className="muted">{team.members.map(({ username }) => username).join(', ')}</span>
              </li>
            ))}
            {!results.length && <li className="muted">No team yet. Yours could be the first.</li>}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

/** Somebody else may have named one in a team; whoever registered it stays in it. */
function Registered({ hackathon, teams, done }: { hackathon: Hackathon; teams: Resource<Page<Team>>; done: () => void }) {
  const user = useUser();
  const { busy, error, act } = useAction(done);
  const leave = () => act(() => hackathonService.leaveTeam(String(hackathon.id)), 'You have left the team');
  const leads = !teams.data || teams.data.results.some(({ leader }) => leader === user?.id);
  return (
    <div className="take-part">
      <p className="chip chip--large">Your team is in</p>
      {!leads && (
        <button className="button button--quiet" type="button" disabled={busy} onClick={() => void leave()}>
          Leave the team
        </button>
      )}
      {error && (
        <p className="alert" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function Register({ hackathon, done }: { hackathon: Hackathon; done: () => void }) {
  const submission = useSubmit(async (form) => {
    const members = textOf(form, 'members').split(/[\s,]+/).filter(Boolean);
    await hackathonService.registerTeam(String(hackathon.id), textOf(form, 'team_name'), members);
    toast('Your team is in');
    done();
  });
  const { fields } = submission;
  if (!hackathon.is_active || Date.parse(hackathon.registration_deadline) < Date.now()) {
    return <p className="muted">Registration is closed.</p>;
  }
  if (hackathon.teams_count >= hackathon.max_teams) return <p className="muted">This hackathon is full.</p>;
  return (
    <Form submission={submission} label="Register a team" action="Register the team" busyAction="Registering…">
      <Field label="Team name" name="team_name" required maxLength={100} error={fields['team_name']} />
      <Field
        label="Other members"
        name="members"
        autoCapitalize="none"
        hint={`User names, with commas between them; up to ${hackathon.max_team_size - 1}. You are in it anyway.`}
        error={fields['members']}
      />
    </Form>
  );
}

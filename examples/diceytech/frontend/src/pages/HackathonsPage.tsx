import { Link } from 'wouter';
import { DateBlock } from '../components/DateBlock';
import { Facts } from '../components/Facts';
import { FilterBar } from '../components/FilterBar';
import { Icon } from '../components/Icon';
import { PageTitle } from '../components/PageTitle';
import { Pager } from '../components/Pager';
import { CardSkeletons, Empty, Loaded } from '../components/States';
import { count, money, relative } from '../format';
import { useFilters } from '../hooks/useFilters';
import { useResource } from '../hooks/useResource';
import { hackathonService, type HackathonFilters } from '../services/hackathonService';
import type { Hackathon } from '../services/types';

const CHOICES = [
  { name: 'mine', label: 'Whose', options: { '': 'All hackathons', registered: 'Those I am in', organized: 'Those I organize' } },
];

export default function HackathonsPage() {
  const filters = useFilters();
  const hackathons = useResource(`hackathons ${filters.key}`, () =>
    hackathonService.getHackathons({
      page: filters.page,
      search: filters.value('search'),
      mine: (filters.value('mine') || undefined) as NonNullable<HackathonFilters['mine']>,
    }),
  );
  return (
    <>
      <div className="page-head">
        <PageTitle title="Hackathons">Hackathons</PageTitle>
        <Link href="/hackathons/new" className="button">
          <Icon name="plus" /> New hackathon
        </Link>
      </div>
      <FilterBar filters={filters} label="Search hackathons" choices={CHOICES} />
      <Loaded resource={hackathons} skeleton={<CardSkeletons />}>
        {({ count: total, results }) => (
          <>
            <p className="result-count" role="status">
              {count(total, 'hackathon')}
            </p>
            <ul className="rows">
              {results.map((hackathon) => (
                <Ticket key={hackathon.id} hackathon={hackathon} />
              ))}
            </ul>
            {!results.length && (
              <Empty title={filters.isFiltered ? 'No hackathon fits' : 'No hackathons yet'}>
                <p>{filters.isFiltered ? 'Try other words.' : 'The next one shows up here.'}</p>
              </Empty>
            )}
            <Pager count={total} filters={filters} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Ticket({ hackathon }: { hackathon: Hackathon }) {
  return (
    <li className="card card--link row ticket">
      <DateBlock time={hackathon.start_date} />
      <div className="row__main">
        <p className="card__kind">{hackathon.theme}</p>
        <h2 className="card__title">
          <Link href={`/hackathons/${hackathon.id}`}>{hackathon.title}</Link>
        </h2>
        <Facts
          facts={[
            { icon: 'place', label: 'Place', value: hackathon.location || 'Online' },
            { icon: 'people', label: 'Teams', value: `${hackathon.teams_count} / ${hackathon.max_teams} teams` },
            hackathon.prize_amount ? { icon: 'prize', label: 'Prize', value: money(hackathon.prize_amount) } : null,
          ]}
        />
      </div>
      <p className="row__end">
        {hackathon.is_registered ? (
          <span className="chip">Your team is in</span>
        ) : (
          `Registration closes ${relative(hackathon.registration_deadline)}`
        )}
      </p>
    </li>
  );
}

import { Link } from 'wouter';
import { BackLink } from '../components/BackLink';
import { PageTitle } from '../components/PageTitle';
import { Pager } from '../components/Pager';
import { ResumeLink } from '../components/ResumeLink';
import { CardSkeletons, Empty, Loaded } from '../components/States';
import { day } from '../format';
import { useFilters } from '../hooks/useFilters';
import { useResource } from '../hooks/useResource';
import { jobService } from '../services/jobService';
import { STATUSES } from './labels';

export default function ApplicationsPage() {
  const filters = useFilters();
  const applications = useResource(`applications ${filters.page}`, () => jobService.getMyApplications(filters.page));
  return (
    <>
      <BackLink href="/jobs">Jobs</BackLink>
      <PageTitle title="My applications">My applications</PageTitle>
      <Loaded resource={applications} skeleton={<CardSkeletons />}>
        {({ count, results }) => (
          <>
            <ul className="rows">
              {results.map((one) => (
                <li key={one.id} className="card row">
                  <div className="row__main">
                    <p className="card__kind">{one.company}</p>
                    <h2 className="card__title">
                      <Link href={`/jobs/${one.job}`}>{one.job_title}</Link>
                    </h2>
                    <p className="muted">Sent on {day(one.applied_at)}</p>
                  </div>
                  <div className="row__end actions">
                    <ResumeLink application={one} />
                    <span className={`chip chip--${one.status}`}>{STATUSES[one.status]}</span>
                  </div>
                </li>
              ))}
            </ul>
            {!results.length && (
              <Empty title="You have not applied yet">
                <Link href="/jobs" className="button">
                  Look for a job
                </Link>
              </Empty>
            )}
            <Pager count={count} filters={filters} />
          </>
        )}
      </Loaded>
    </>
  );
}

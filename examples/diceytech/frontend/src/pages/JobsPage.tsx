import { Link } from 'wouter';
import { CompanyLogo } from '../components/CompanyLogo';
import { Facts } from '../components/Facts';
import { FilterBar } from '../components/FilterBar';
import { Icon } from '../components/Icon';
import { PageTitle } from '../components/PageTitle';
import { Pager } from '../components/Pager';
import { SkillTags } from '../components/Skills';
import { CardSkeletons, Empty, Loaded } from '../components/States';
import { count, relative, salary } from '../format';
import { useFilters } from '../hooks/useFilters';
import { useResource } from '../hooks/useResource';
import { jobService, type JobFilters } from '../services/jobService';
import type { Job } from '../services/types';
import { JOB_TYPES, LOCATION_TYPES } from './labels';

const CHOICES = [
  { name: 'type', label: 'Kind of job', options: { '': 'Every kind', ...JOB_TYPES } },
  { name: 'location_type', label: 'Where', options: { '': 'Anywhere', ...LOCATION_TYPES } },
  { name: 'mine', label: 'Whose', options: { '': "Everybody's", posted: 'Those I posted' } },
];

export default function JobsPage() {
  const filters = useFilters();
  const jobs = useResource(`jobs ${filters.key}`, () =>
    jobService.getJobs({
      page: filters.page,
      search: filters.value('search'),
      type: filters.value('type'),
      location_type: filters.value('location_type'),
      mine: (filters.value('mine') || undefined) as NonNullable<JobFilters['mine']>,
    }),
  );
  return (
    <>
      <div className="page-head">
        <PageTitle title="Jobs">Jobs</PageTitle>
        <div className="actions">
          <Link href="/jobs/applications" className="button button--quiet">
            My applications
          </Link>
          <Link href="/jobs/new" className="button">
            <Icon name="plus" /> Post a job
          </Link>
        </div>
      </div>
      <FilterBar filters={filters} label="Search jobs" choices={CHOICES} />
      <Loaded resource={jobs} skeleton={<CardSkeletons />}>
        {({ count: total, results }) => (
          <>
            <p className="result-count" role="status">
              {count(total, 'job')}
            </p>
            <ul className="rows">
              {results.map((job) => (
                <JobRow key={job.id} job={job} />
              ))}
            </ul>
            {!results.length && (
              <Empty title={filters.isFiltered ? 'No job fits' : 'No jobs yet'}>
                <p>{filters.isFiltered ? 'Try other words, or fewer filters.' : 'New ones show up here first.'}</p>
              </Empty>
            )}
            <Pager count={total} filters={filters} />
          </>
        )}
      </Loaded>
    </>
  );
}

function JobRow({ job }: { job: Job }) {
  const pay = salary(job.salary_min, job.salary_max);
  return (
    <li className="card card--link row">
      <CompanyLogo job={job} />
      <div className="row__main">
        <p className="card__kind">{job.company}</p>
        <h2 className="card__title">
          <Link href={`/jobs/${job.id}`}>{job.title}</Link>
        </h2>
        <Facts
          facts={[
            { icon: 'jobs', label: 'Kind', value: JOB_TYPES[job.job_type] },
            { icon: 'place', label: 'Place', value: `${job.location} · ${LOCATION_TYPES[job.location_type]}` },
            pay ? { icon: 'money', label: 'Salary', value: pay } : null,
          ]}
        />
        <SkillTags skills={job.skill_details} label="Skills asked for" />
      </div>
      <p className="row__end">{job.has_applied ? <span className="chip">Applied</span> : relative(job.created_at)}</p>
    </li>
  );
}

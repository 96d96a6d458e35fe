import { useState } from 'react';
import { ResumeLink } from '../components/ResumeLink';
import { Pager } from '../components/Pager';
import { Empty, Loaded } from '../components/States';
import { toast } from '../components/Toasts';
import { asApiError, useResource } from '../hooks/useResource';
import { jobService } from '../services/jobService';
import type { Application, ApplicationStatus, Job } from '../services/types';
import { STATUSES } from './labels';

/** Who has applied to one's own job. */
export function Applicants({ job }: { job: Job }) {
  const [page, toPage] = useState(1);
  const applicants = useResource(`applicants ${job.id} ${page}`, () => jobService.getApplicants(String(job.id), page));
  const change = async (application: Application, status: ApplicationStatus) => {
    try {
      await jobService.setStatus(application.id, status);
      toast(`${application.applicant_name}: ${STATUSES[status].toLowerCase()}`);
    } catch (cause) {
      toast(asApiError(cause).message);
    }
    applicants.reload();
  };
  return (
    <>
      <h2>Applications</h2>
      <Loaded resource={applicants}>
        {({ count, results }) => (
          <>
            {!results.length && <Empty title="Nobody yet" />}
            <ul className="plain-list">
              {results.map((one) => (
                <li key={one.id} className="applicant">
                  <h3>{one.applicant_name}</h3>
                  {one.cover_letter && <p className="prose">{one.cover_letter}</p>}
                  <div className="actions">
                    <ResumeLink application={one} />
                    <select
                      className="input input--small"
                      aria-label={`Status of ${one.applicant_name}`}
                      value={one.status}
                      onChange={(event) => void change(one, event.target.value as ApplicationStatus)}
                    >
                      {Object.entries(STATUSES).map(([value, text]) => (
                        <option key={value} value={value}>
                          {text}
                        </option>
                      ))}
                    </select>
                  </div>
                </li>
              ))}
            </ul>
            <Pager count={count} filters={{ page, toPage }} />
          </>
        )}
      </Loaded>
    </>
  );
}

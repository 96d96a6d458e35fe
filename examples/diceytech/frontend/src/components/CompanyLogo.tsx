import type { Job } from '../services/types';

/** A company's logo, or its first letter. */
export function CompanyLogo({ job }: { job: Pick<Job, 'company' | 'company_logo'> }) {
  if (job.company_logo) return <img className="company" src={job.company_logo} alt="" loading="lazy" />;
  return (
    <span className="company" aria-hidden="true">
      {[...job.company][0]}
    </span>
  );
}

import { useState } from 'react';
import { ImageUpload } from '../components/ImageUpload';
import { toast } from '../components/Toasts';
import { asApiError, type Resource } from '../hooks/useResource';
import { jobService } from '../services/jobService';
import type { Job } from '../services/types';
import { Applicants } from './Applicants';

/** What the poster of a job sees beside it: who has applied, its logo, and whether it takes applications. */
export function OwnJob({ job, resource }: { job: Job; resource: Resource<Job> }) {
  const [busy, setBusy] = useState(false);
  const id = String(job.id);
  const toggle = async () => {
    setBusy(true);
    try {
      resource.replace(await jobService.setOpen(id, !job.is_active));
      toast(job.is_active ? 'The job is closed' : 'The job is open again');
    } catch (cause) {
      toast(asApiError(cause).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Applicants job={job} />
      <div className="take-part">
        {!job.is_active && <p className="muted">This job is closed: nobody finds it or applies.</p>}
        <button className="button button--quiet" type="button" disabled={busy} onClick={() => void toggle()}>
          {job.is_active ? 'Close this job' : 'Open it again'}
        </button>
      </div>
      <ImageUpload
        label="Change the logo"
        upload={async (file) => {
          resource.replace(await jobService.uploadCompanyLogo(id, file));
          toast('The logo is changed');
        }}
      />
    </>
  );
}

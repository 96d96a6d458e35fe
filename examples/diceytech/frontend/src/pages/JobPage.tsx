import { BackLink } from '../components/BackLink';
import { CompanyLogo } from '../components/CompanyLogo';
import { Facts } from '../components/Facts';
import { Field, TextArea } from '../components/Field';
import { Form } from '../components/Form';
import { PageTitle } from '../components/PageTitle';
import { SkillTags } from '../components/Skills';
import { Loaded } from '../components/States';
import { toast } from '../components/Toasts';
import { relative, salary } from '../format';
import { useResource, type Resource } from '../hooks/useResource';
import { fileOf, textOf, useSubmit } from '../hooks/useSubmit';
import { useUser } from '../hooks/useUser';
import { jobService } from '../services/jobService';
import type { Job } from '../services/types';
import { JOB_TYPES, LOCATION_TYPES } from './labels';
import { OwnJob } from './OwnJob';

export default function JobPage({ id }: { id: string }) {
  const job = useResource(`job ${id}`, () => jobService.getJob(id));
  return (
    <>
      <BackLink href="/jobs">Jobs</BackLink>
      <Loaded resource={job}>{(found) => <Details job={found} resource={job} />}</Loaded>
    </>
  );
}

function Details({ job, resource }: { job: Job; resource: Resource<Job> }) {
  const user = useUser();
  const pay = salary(job.salary_min, job.salary_max);
  return (
    <article className="detail">
      <div className="detail__main card">
        <div className="card__body">
          <div className="job-head">
            <CompanyLogo job={job} />
            <div>
              <p className="card__kind">{job.company}</p>
              <PageTitle title={`${job.title}, ${job.company}`}>{job.title}</PageTitle>
            </div>
          </div>
          <Facts
            facts={[
              { icon: 'jobs', label: 'Kind', value: JOB_TYPES[job.job_type] },
              { icon: 'place', label: 'Place', value: `${job.location} · ${LOCATION_TYPES[job.location_type]}` },
              pay ? { icon: 'money', label: 'Salary', value: pay } : null,
              { icon: 'calendar', label: 'Posted', value: relative(job.created_at) },
            ]}
          />
          <h2>The job</h2>
          <p className="prose">{job.description}</p>
          <h2>What you bring</h2>
          <p className="prose">{job.requirements}</p>
          <SkillTags skills={job.skill_details} label="Skills asked for" />
        </div>
      </div>
      <aside className="detail__side card" aria-label="Applying">
        {user?.id === job.posted_by ? <OwnJob job={job} resource={resource} /> : <Apply job={job} reload={resource.reload} />}
      </aside>
    </article>
  );
}

function Apply({ job, reload }: { job: Job; reload: () => void }) {
  const submission = useSubmit(async (form) => {
    await jobService.applyToJob(String(job.id), textOf(form, 'cover_letter'), fileOf(form, 'resume'));
    toast(`Your application to ${job.company} is sent`);
    reload();
  });
  const { fields } = submission;
  if (job.has_applied) return <p className="chip chip--large">You have applied</p>;
  if (!job.is_active) return <p className="muted">This job is closed.</p>;
  return (
    <>
      <h2>Apply</h2>
      <Form submission={submission} label="Apply" action="Send application" busyAction="Sending…">
        <TextArea label="Cover letter" name="cover_letter" rows={7} error={fields['cover_letter']} />
        <Field
          label="Résumé"
          name="resume"
          type="file"
          accept=".pdf,.docx,application/pdf"
          hint="PDF or DOCX, 5 MB at most. Only you and the poster can open it."
          error={fields['resume']}
        />
      </Form>
    </>
  );
}

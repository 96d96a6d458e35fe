import { useLocation } from 'wouter';
import { BackLink } from '../components/BackLink';
import { Field, PictureField, Select, TextArea } from '../components/Field';
import { Form } from '../components/Form';
import { PageTitle } from '../components/PageTitle';
import { SkillPicker, idsOf } from '../components/Skills';
import { toast } from '../components/Toasts';
import { fileOf, textOf, useSubmit } from '../hooks/useSubmit';
import { jobService, type NewJob } from '../services/jobService';
import type { JobType, LocationType } from '../services/types';
import { JOB_TYPES, LOCATION_TYPES } from './labels';

export default function NewJobPage() {
  const [, navigate] = useLocation();
  const submission = useSubmit(async (form) => {
    const job = await jobService.createJob(jobOf(form));
    const logo = fileOf(form, 'company_logo');
    if (logo) {
      // The job is there already: a refused logo must not lead to a second one.
      await jobService.uploadCompanyLogo(String(job.id), logo).catch(() => toast('The logo was not taken'));
    }
    toast('Your job is online');
    navigate(`/jobs/${job.id}`);
  });
  const { fields } = submission;
  return (
    <>
      <BackLink href="/jobs">Jobs</BackLink>
      <div className="medium card">
        <PageTitle title="Post a job">Post a job</PageTitle>
        <Form submission={submission} label="Post a job" action="Publish" busyAction="Publishing…">
          <div className="form__row form__row--wide">
            <Field label="Title" name="title" required maxLength={200} error={fields['title']} />
            <Field label="Company" name="company" required maxLength={100} error={fields['company']} />
          </div>
          <TextArea label="What is the job?" name="description" required error={fields['description']} />
          <TextArea label="What should applicants bring?" name="requirements" required error={fields['requirements']} />
          <div className="form__row">
            <Select label="Kind" name="job_type" options={JOB_TYPES} error={fields['job_type']} />
            <Select label="Place" name="location_type" options={LOCATION_TYPES} error={fields['location_type']} />
            <Field
              label="Location"
              name="location"
              required
              maxLength={100}
              placeholder="Berlin, or Europe"
              error={fields['location']}
            />
          </div>
          <div className="form__row">
            <Salary label="Lowest salary" name="salary_min" error={fields['salary_min']} />
            <Salary label="Highest salary" name="salary_max" error={fields['salary_max']} />
          </div>
          <SkillPicker label="Skills asked for" name="skills_required" />
          <PictureField label="Logo of the company" name="company_logo" />
        </Form>
      </div>
    </>
  );
}

function Salary({ label, name, error }: { label: string; name: string; error: string | undefined }) {
  return <Field label={label} name={name} type="number" min={0} step="0.01" hint="USD a year; may be left out" error={error} />;
}

function jobOf(form: FormData): NewJob {
  return {
    title: textOf(form, 'title'),
    company: textOf(form, 'company'),
    description: textOf(form, 'description'),
    requirements: textOf(form, 'requirements'),
    job_type: textOf(form, 'job_type') as JobType,
    location_type: textOf(form, 'location_type') as LocationType,
    location: textOf(form, 'location'),
    salary_min: textOf(form, 'salary_min') || null,
    salary_max: textOf(form, 'salary_max') || null,
    skills_required: idsOf(form, 'skills_required'),
  };
}

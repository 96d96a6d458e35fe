import { useLocation } from 'wouter';
import { BackLink } from '../components/BackLink';
import { Field, TextArea } from '../components/Field';
import { Form } from '../components/Form';
import { PageTitle } from '../components/PageTitle';
import { toast } from '../components/Toasts';
import { endOf, startOf } from '../format';
import { textOf, useSubmit } from '../hooks/useSubmit';
import { hackathonService, type NewHackathon } from '../services/hackathonService';

export default function NewHackathonPage() {
  const [, navigate] = useLocation();
  const submission = useSubmit(async (form) => {
    const hackathon = await hackathonService.createHackathon(hackathonOf(form));
    toast('Your hackathon is online');
    navigate(`/hackathons/${hackathon.id}`);
  });
  const { fields } = submission;
  return (
    <>
      <BackLink href="/hackathons">Hackathons</BackLink>
      <div className="medium card">
        <PageTitle title="New hackathon">New hackathon</PageTitle>
        <Form submission={submission} label="New hackathon" action="Publish" busyAction="Publishing…">
          <Field label="Title" name="title" required maxLength={200} error={fields['title']} />
          <TextArea label="What is it about?" name="description" required error={fields['description']} />
          <div className="form__row form__row--wide">
            <Field label="Theme" name="theme" maxLength={100} placeholder="Civic technology" error={fields['theme']} />
            <Field label="Place" name="location" maxLength={100} hint="Empty: online" error={fields['location']} />
          </div>
          <div className="form__row">
            <Field label="Starts" name="start_date" type="date" required error={fields['start_date']} />
            <Field label="Ends" name="end_date" type="date" required error={fields['end_date']} />
            <Field
              label="Register by"
              name="registration_deadline"
              type="date"
              required
              error={fields['registration_deadline']}
            />
          </div>
          <div className="form__row">
            <Count label="Most teams" name="max_teams" most={10_000} usual={50} error={fields['max_teams']} />
            <Count label="People in a team" name="max_team_size" most={100} usual={4} error={fields['max_team_size']} />
            <Field label="Prize in USD" name="prize_amount" type="number" min={0} step="0.01" error={fields['prize_amount']} />
          </div>
        </Form>
      </div>
    </>
  );
}

interface CountProps {
  label: string;
  name: string;
  most: number;
  usual: number;
  error: string | undefined;
}

function Count({ label, name, most, usual, error }: CountProps) {
  return <Field label={label} name={name} type="number" min={1} max={most} defaultValue={usual} required error={error} />;
}

function hackathonOf(form: FormData): NewHackathon {
  return {
    title: textOf(form, 'title'),
    description: textOf(form, 'description'),
    theme: textOf(form, 'theme'),
    location: textOf(form, 'location'),
    start_date: startOf(textOf(form, 'start_date')),
    end_date: endOf(textOf(form, 'end_date')),
    registration_deadline: endOf(textOf(form, 'registration_deadline')),
    prize_amount: textOf(form, 'prize_amount') || null,
    max_teams: Number(textOf(form, 'max_teams')),
    max_team_size: Number(textOf(form, 'max_team_size')),
  };
}

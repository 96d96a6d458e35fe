import { Avatar } from '../components/Avatar';
import { Field, TextArea } from '../components/Field';
import { Form } from '../components/Form';
import { ImageUpload } from '../components/ImageUpload';
import { PageTitle } from '../components/PageTitle';
import { SkillPicker, idsOf } from '../components/Skills';
import { Loaded } from '../components/States';
import { toast } from '../components/Toasts';
import { fullName } from '../format';
import { useResource } from '../hooks/useResource';
import { textOf, useSubmit } from '../hooks/useSubmit';
import { authService } from '../services/authService';
import type { User } from '../services/types';
import { History } from './History';

const TEXTS = ['first_name', 'last_name', 'location', 'phone', 'bio', 'goals'] as const;
const LINKS = { website: 'Website', github_url: 'GitHub', linkedin_url: 'LinkedIn', twitter_url: 'Twitter' } as const;
type Link = keyof typeof LINKS;

export default function ProfilePage() {
  const profile = useResource('profile', authService.getProfile);
  return (
    <>
      <PageTitle title="Your profile">Your profile</PageTitle>
      <Loaded resource={profile}>
        {(user) => (
          <div className="detail detail--flipped">
            <aside className="detail__side card profile-card" aria-label="Picture">
              <Picture user={user} changed={profile.replace} />
            </aside>
            <div className="detail__main stack">
              <section className="card card__body" aria-label="About you">
                <h2>About you</h2>
                <About user={user} changed={profile.replace} />
              </section>
              <History kind="experiences" entries={user.experiences} changed={profile.reload} />
              <History kind="education" entries={user.education} changed={profile.reload} />
            </div>
          </div>
        )}
      </Loaded>
    </>
  );
}

interface Props {
  user: User;
  changed: (user: User) => void;
}

function Picture({ user, changed }: Props) {
  const remove = async () => {
    changed(await authService.updateProfile({ profile_picture: null }));
    toast('Your picture is removed');
  };
  return (
    <>
      <Avatar user={user} large />
      <p className="profile-card__name">{fullName(user)}</p>
      <p className="muted">{user.email}</p>
      <ImageUpload
        label="Upload a picture"
        upload={async (file) => {
          changed(await authService.uploadProfilePicture(file));
          toast('Your new picture is in place');
        }}
      />
      {user.profile_picture && (
        <button className="link-button" type="button" onClick={() => void remove().catch(() => toast('That did not work'))}>
          Remove the picture
        </button>
      )}
    </>
  );
}

function About({ user, changed }: Props) {
  const submission = useSubmit(async (form) => {
    const texts = [...TEXTS, ...(Object.keys(LINKS) as Link[])].map((name) => [name, textOf(form, name)]);
    changed(await authService.updateProfile({ ...Object.fromEntries(texts), skills: idsOf(form, 'skills') }));
    toast('Your profile is saved');
  });
  const { fields } = submission;
  return (
    <Form submission={submission} label="About you" action="Save" busyAction="Saving…">
      <div className="form__row">
        <Field label="First name" name="first_name" autoComplete="given-name" defaultValue={user.first_name} error={fields['first_name']} />
        <Field label="Last name" name="last_name" autoComplete="family-name" defaultValue={user.last_name} error={fields['last_name']} />
      </div>
      <TextArea label="About" name="bio" maxLength={500} rows={4} defaultValue={user.bio} hint="500 characters at most" error={fields['bio']} />
      <TextArea label="Goals" name="goals" maxLength={200} rows={2} defaultValue={user.goals} hint="What do you want to learn or build next?" error={fields['goals']} />
      <div className="form__row">
        <Field label="Place" name="location" maxLength={100} defaultValue={user.location} error={fields['location']} />
        <Field label="Phone" name="phone" type="tel" autoComplete="tel" maxLength={20} defaultValue={user.phone} error={fields['phone']} />
      </div>
      <div className="form__row form__row--wide">
        {(Object.entries(LINKS) as [Link, string][]).map(([name, label]) => (
          <Field key={name} label={label} name={name} type="url" placeholder="https://" defaultValue={user[name]} error={fields[name]} />
        ))}
      </div>
      <SkillPicker label="Skills" name="skills" chosen={user.skills} />
    </Form>
  );
}

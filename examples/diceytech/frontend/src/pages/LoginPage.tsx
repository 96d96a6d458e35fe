import { Link, useLocation, useSearchParams } from 'wouter';
import { Field } from '../components/Field';
import { Form } from '../components/Form';
import { PageTitle } from '../components/PageTitle';
import { destination } from '../components/RequireUser';
import { textOf, useSubmit } from '../hooks/useSubmit';
import { authService } from '../services/authService';

export default function LoginPage() {
  const [, navigate] = useLocation();
  const [params] = useSearchParams();
  const next = params.get('next');
  const submission = useSubmit(async (form) => {
    await authService.login(textOf(form, 'email'), String(form.get('password')));
    navigate(destination(next), { replace: true });
  });
  const { fields } = submission;
  return (
    <div className="narrow card">
      <PageTitle title="Log in">Welcome back</PageTitle>
      <p className="lead">{next ? 'Please log in to go on.' : 'Your projects are where you left them.'}</p>
      <Form submission={submission} label="Log in" action="Log in" busyAction="Logging in…">
        <Field label="E-mail" name="email" type="email" autoComplete="email" required error={fields['email']} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={fields['password']}
        />
      </Form>
      <p className="narrow__other">
        New here? <Link href={next ? `/register?next=${encodeURIComponent(next)}` : '/register'}>Join DiceyTech</Link>
      </p>
    </div>
  );
}

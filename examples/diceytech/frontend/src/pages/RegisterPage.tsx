import { Link, useLocation, useSearchParams } from 'wouter';
import { Field } from '../components/Field';
import { Form } from '../components/Form';
import { PageTitle } from '../components/PageTitle';
import { destination } from '../components/RequireUser';
import { toast } from '../components/Toasts';
import { textOf, useSubmit } from '../hooks/useSubmit';
import { authService } from '../services/authService';

export default function RegisterPage() {
  const [, navigate] = useLocation();
  const [params] = useSearchParams();
  const submission = useSubmit(async (form) => {
    const [email, password] = [textOf(form, 'email'), String(form.get('password'))];
    await authService.register({ username: textOf(form, 'username'), email, password });
    await authService.login(email, password);
    toast('Welcome to DiceyTech');
    navigate(destination(params.get('next')), { replace: true });
  });
  const { fields } = submission;
  return (
    <div className="narrow card">
      <PageTitle title="Join">Join DiceyTech</PageTitle>
      <p className="lead">Find something to build, and people to build it with.</p>
      <Form submission={submission} label="Join" action="Create account" busyAction="Creating your account…">
        <Field label="User name" name="username" autoComplete="username" required maxLength={150} error={fields['username']} />
        <Field label="E-mail" name="email" type="email" autoComplete="email" required error={fields['email']} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={8}
          hint="At least 8 characters, not only digits."
          error={fields['password']}
        />
      </Form>
      <p className="narrow__other">
        Have an account? <Link href="/login">Log in</Link>
      </p>
    </div>
  );
}

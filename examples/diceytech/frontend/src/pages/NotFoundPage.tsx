import { Link } from 'wouter';
import { Die } from '../components/Die';
import { PageTitle } from '../components/PageTitle';

export default function NotFoundPage() {
  return (
    <div className="state">
      <Die pips={2} />
      <PageTitle title="Not found">There is no such page</PageTitle>
      <p>The address may have a slip in it, or what was here is gone.</p>
      <Link href="/" className="button">
        To the projects
      </Link>
    </div>
  );
}

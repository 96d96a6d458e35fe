import { Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { page } from './chunks';
import { ErrorBoundary } from './components/ErrorBoundary';
import { Layout } from './components/Layout';
import { RequireUser } from './components/RequireUser';
import { Loading } from './components/States';
import { useUser } from './hooks/useUser';

const HomePage = page(() => import('./pages/HomePage'));
const LoginPage = page(() => import('./pages/LoginPage'));
const RegisterPage = page(() => import('./pages/RegisterPage'));
const ProjectsPage = page(() => import('./pages/ProjectsPage'));
const ProjectPage = page(() => import('./pages/ProjectPage'));
const NewProjectPage = page(() => import('./pages/NewProjectPage'));
const JobsPage = page(() => import('./pages/JobsPage'));
const NewJobPage = page(() => import('./pages/NewJobPage'));
const JobPage = page(() => import('./pages/JobPage'));
const ApplicationsPage = page(() => import('./pages/ApplicationsPage'));
const HackathonsPage = page(() => import('./pages/HackathonsPage'));
const NewHackathonPage = page(() => import('./pages/NewHackathonPage'));
const HackathonPage = page(() => import('./pages/HackathonPage'));
const NotificationsPage = page(() => import('./pages/NotificationsPage'));
const ProfilePage = page(() => import('./pages/ProfilePage'));
const NotFoundPage = page(() => import('./pages/NotFoundPage'));

export function App() {
  const user = useUser();
  return (
    <Layout user={user}>
      <ErrorBoundary>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/">{user ? <ProjectsPage /> : <HomePage />}</Route>
            <Route path="/login" component={LoginPage} />
            <Route path="/register" component={RegisterPage} />
            <Route>
              <RequireUser>
                <MemberPages />
              </RequireUser>
            </Route>
          </Switch>
        </Suspense>
      </ErrorBoundary>
    </Layout>
  );
}

function MemberPages() {
  return (
    <Switch>
      <Route path="/projects" component={ProjectsPage} />
      <Route path="/projects/new" component={NewProjectPage} />
      <Route path="/projects/:id">{({ id }) => <ProjectPage key={id} id={id} />}</Route>
      <Route path="/jobs" component={JobsPage} />
      <Route path="/jobs/applications" component={ApplicationsPage} />
      <Route path="/jobs/new" component={NewJobPage} />
      <Route path="/jobs/:id">{({ id }) => <JobPage key={id} id={id} />}</Route>
      <Route path="/hackathons" component={HackathonsPage} />
      <Route path="/hackathons/new" component={NewHackathonPage} />
      <Route path="/hackathons/:id">{({ id }) => <HackathonPage key={id} id={id} />}</Route>
      <Route path="/notifications" component={NotificationsPage} />
      <Route path="/profile" component={ProfilePage} />
      <Route component={NotFoundPage} />
    </Switch>
  );
}

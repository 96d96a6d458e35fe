import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { ErrorBoundary } from './components/ErrorBoundary';
import { Layout } from './components/Layout';
import { RequireUser } from './components/RequireUser';
import { Loading } from './components/States';
import { useUser } from './hooks/useUser';

const HomePage = lazy(() => import('./pages/HomePage'));
const LoginPage = lazy(() => import('./pages/LoginPage'));
const RegisterPage = lazy(() => import('./pages/RegisterPage'));
const ProjectsPage = lazy(() => import('./pages/ProjectsPage'));
const ProjectPage = lazy(() => import('./pages/ProjectPage'));
const NewProjectPage = lazy(() => import('./pages/NewProjectPage'));
const JobsPage = lazy(() => import('./pages/JobsPage'));
const NewJobPage = lazy(() => import('./pages/NewJobPage'));
const JobPage = lazy(() => import('./pages/JobPage'));
const ApplicationsPage = lazy(() => import('./pages/ApplicationsPage'));
const HackathonsPage = lazy(() => import('./pages/HackathonsPage'));
const NewHackathonPage = lazy(() => import('./pages/NewHackathonPage'));
const HackathonPage = lazy(() => import('./pages/HackathonPage'));
const NotificationsPage = lazy(() => import('./pages/NotificationsPage'));
const ProfilePage = lazy(() => import('./pages/ProfilePage'));
const NotFoundPage = lazy(() => import('./pages/NotFoundPage'));

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

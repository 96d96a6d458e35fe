import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useUnread } from '../hooks/unread';
import { authService } from '../services/authService';
import type { User } from '../services/types';
import { Avatar } from './Avatar';
import { Icon, type IconName } from './Icon';
import { Logo } from './Logo';
import { ThemeToggle } from './ThemeToggle';
import { Toasts } from './Toasts';

const SECTIONS: { path: string; label: string; icon: IconName }[] = [
  { path: '/projects', label: 'Projects', icon: 'projects' },
  { path: '/jobs', label: 'Jobs', icon: 'jobs' },
  { path: '/hackathons', label: 'Hackathons', icon: 'hackathons' },
];

export function Layout({ user, children }: { user: User | null; children: ReactNode }) {
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="header">
        <div className="header__inner">
          <Link href="/" className="header__brand" aria-label="DiceyTech, home">
            <Logo />
          </Link>
          {user && <Sections />}
          <div className="header__end">
            <ThemeToggle />
            {user ? <Member user={user} /> : <Visitor />}
          </div>
        </div>
      </header>
      <main id="main" className="main" tabIndex={-1}>
        {children}
      </main>
      <footer className="footer">
        <p>DiceyTech. Roll, build, ship.</p>
      </footer>
      <Toasts />
    </>
  );
}

function Sections() {
  const [path] = useLocation();
  const here = path === '/' ? '/projects' : path;
  return (
    <nav className="sections" aria-label="Main">
      {SECTIONS.map((section) => (
        <Link
          key={section.path}
          href={section.path}
          className="sections__link"
          aria-current={here.startsWith(section.path) ? 'page' : undefined}
        >
          <Icon name={section.icon} />
          {section.label}
        </Link>
      ))}
    </nav>
  );
}

function Member({ user }: { user: User }) {
  const unread = useUnread(user.id);
  const [path, navigate] = useLocation();
  const logout = () => {
    navigate('/');
    void authService.logout();
  };
  return (
    <>
      <Link
        href="/notifications"
        className="icon-button"
        aria-label={unread ? `Notifications, ${unread} unread` : 'Notifications'}
        aria-current={path === '/notifications' ? 'page' : undefined}
      >
        <Icon name="bell" />
        {unread > 0 && <span className="badge">{unread > 99 ? '99+' : unread}</span>}
      </Link>
      <Link
        href="/profile"
        className="header__avatar"
        aria-label="Your profile"
        aria-current={path === '/profile' ? 'page' : undefined}
      >
        <Avatar user={user} />
      </Link>
      <button type="button" className="icon-button" aria-label="Log out" onClick={logout}>
        <Icon name="leave" />
      </button>
    </>
  );
}

function Visitor() {
  return (
    <>
      <Link href="/login" className="button button--quiet">
        Log in
      </Link>
      <Link href="/register" className="button header__join">
        Join
      </Link>
    </>
  );
}

import { Link } from 'wouter';
import { PageTitle } from '../components/PageTitle';
import { Pager } from '../components/Pager';
import { CardSkeletons, Empty, Loaded } from '../components/States';
import { toast } from '../components/Toasts';
import { relative } from '../format';
import { refreshUnread } from '../hooks/unread';
import { useFilters } from '../hooks/useFilters';
import { asApiError, useResource } from '../hooks/useResource';
import { notificationService } from '../services/notificationService';
import type { Notification } from '../services/types';

export default function NotificationsPage() {
  const filters = useFilters();
  const notifications = useResource(`notifications ${filters.page}`, () =>
    notificationService.getNotifications(filters.page),
  );
  const act = async (action: () => Promise<unknown>) => {
    await action().catch((cause: unknown) => toast(asApiError(cause).message));
    notifications.reload();
    void refreshUnread();
  };
  return (
    <>
      <div className="page-head">
        <PageTitle title="Notifications">Notifications</PageTitle>
        {notifications.data?.results.some((one) => !one.is_read) && (
          <button className="button button--quiet" type="button" onClick={() => void act(notificationService.markAllRead)}>
            Mark all as read
          </button>
        )}
      </div>
      <Loaded resource={notifications} skeleton={<CardSkeletons />}>
        {({ count, results }) => (
          <>
            <ul className="rows rows--tight">
              {results.map((one) => (
                <Line key={one.id} notification={one} read={() => void act(() => notificationService.markRead(one.id))} />
              ))}
            </ul>
            {!results.length && (
              <Empty title="All quiet">
                <p>When somebody joins your project or answers your application, you read it here.</p>
              </Empty>
            )}
            <Pager count={count} filters={filters} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Line({ notification, read }: { notification: Notification; read: () => void }) {
  const { is_read: isRead, message, link, created_at: created } = notification;
  return (
    <li className={isRead ? 'card notice' : 'card notice notice--new'}>
      <div className="row__main">
        <p className="notice__message">
          {!isRead && <span className="visually-hidden">Unread: </span>}
          {/^\/(?![/\\])/.test(link) ? (
            <Link href={link} onClick={isRead ? undefined : read}>
              {message}
            </Link>
          ) : (
            message
          )}
        </p>
        <p className="muted">{relative(created)}</p>
      </div>
      {!isRead && (
        <button className="button button--quiet button--small" type="button" onClick={read}>
          Mark as read
        </button>
      )}
    </li>
  );
}

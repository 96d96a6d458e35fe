import { useEffect } from 'react';
import { notificationService } from '../services/notificationService';
import { createStore, useStore } from './store';

const EVERY = 60_000; // ms
const unread = createStore(0);

/** Asks how many notifications are unread; a failure leaves the number as it was. */
export async function refreshUnread(): Promise<void> {
  const count = await notificationService.countUnread().catch(() => unread.get());
  unread.set(() => count);
}

/** The number of unread notifications, kept up to date while the page is looked at. */
export function useUnread(userId: number | undefined): number {
  useEffect(() => {
    if (userId === undefined) return undefined;
    const ask = () => void (document.visibilityState === 'visible' && refreshUnread());
    ask();
    const timer = setInterval(ask, EVERY);
    document.addEventListener('visibilitychange', ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', ask);
      unread.set(() => 0);
    };
  }, [userId]);
  return useStore(unread);
}

/** What happened around one's own projects, jobs and hackathons. */

import api from './api';
import type { Message, Notification, Page } from './types';

export const notificationService = {
  getNotifications: async (page = 1) =>
    (await api.get<Page<Notification>>('/notifications/', { params: { page } })).data,

  countUnread: async () =>
    (await api.get<Page<Notification>>('/notifications/', { params: { unread: true } })).data.count,

  markRead: async (id: number) => (await api.post<Notification>(`/notifications/${id}/read/`)).data,

  markAllRead: async () => (await api.post<Message & { updated: number }>('/notifications/read-all/')).data,
};

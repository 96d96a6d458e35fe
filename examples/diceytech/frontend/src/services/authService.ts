/** Log-in, log-out and one's own profile: the platform guide's functions. */

import api from './api';
import { session } from './session';
import type { User } from './types';

export interface Registration {
  username: string;
  email: string;
  password: string;
  first_name?: string;
  last_name?: string;
}

interface LoggedIn {
  access: string;
  refresh: string;
  user: User;
}

export const authService = {
  login: async (email: string, password: string) => {
    const { data } = await api.post<LoggedIn>('/auth/login/', { email, password });
    session.keep(data);
    session.keepUser(data.user);
    return data;
  },

  register: async (userData: Registration) => {
    const { data } = await api.post<Pick<User, 'id' | 'username' | 'email'>>('/auth/register/', userData);
    return data;
  },

  /** Forgets the log-in at once, and tells the server so that its tokens are worth nothing any more. */
  logout: async () => {
    const { refresh } = session;
    session.clear();
    if (refresh) await api.post('/auth/logout/', { refresh }).catch(() => undefined); // offline: it expires by itself
  },

  getCurrentUser: () => session.user,

  getProfile: async () => kept((await api.get<User>('/auth/profile/')).data),

  updateProfile: async (profileData: Partial<User>) =>
    kept((await api.patch<User>('/auth/profile/', profileData)).data),

  uploadProfilePicture: async (file: File) => {
    const formData = new FormData();
    formData.append('profile_picture', file);
    return kept((await api.patch<User>('/auth/profile/', formData)).data);
  },
};

// An answer that comes after the log-out must not bring the user back.
function kept(user: User): User {
  if (session.access) session.keepUser(user);
  return user;
}

/** The experience and education in one's own profile. */

import api from './api';
import type { Education, Experience } from './types';

export type Kind = 'experiences' | 'education';
export type Entry = Experience | Education;

export const historyService = {
  add: async (kind: Kind, entry: Record<string, unknown>) => (await api.post<Entry>(`/auth/${kind}/`, entry)).data,

  remove: async (kind: Kind, id: number) => {
    await api.delete(`/auth/${kind}/${id}/`);
  },
};

/** The skills that profiles, projects and jobs name. */

import api from './api';
import type { Skill } from './types';

export const skillService = {
  getSkills: async () => (await api.get<Skill[]>('/skills/')).data,
};

/** Hackathons and the teams in them. */

import api from './api';
import type { Hackathon, Message, Page, Team } from './types';

export interface HackathonFilters {
  page?: number;
  search?: string;
  mine?: 'organized' | 'registered';
}

export type NewHackathon = Omit<
  Hackathon,
  'id' | 'organizer' | 'organizer_name' | 'is_active' | 'teams_count' | 'is_registered'
>;

export const hackathonService = {
  getHackathons: async (filters: HackathonFilters = {}) =>
    (await api.get<Page<Hackathon>>('/hackathons/', { params: filters })).data,

  getHackathon: async (id: string) => (await api.get<Hackathon>(`/hackathons/${id}/`)).data,

  createHackathon: async (hackathonData: NewHackathon) =>
    (await api.post<Hackathon>('/hackathons/', hackathonData)).data,

  /** Registers a team; `members` are the user names of the others. */
  registerTeam: async (id: string, teamName: string, members: string[]) =>
    (await api.post<Message & { team: Team }>(`/hackathons/${id}/register/`, { team_name: teamName, members })).data,

  /** Leaves the team that somebody else named one in. */
  leaveTeam: async (id: string) => (await api.post<Message>(`/hackathons/${id}/leave/`)).data,

  getTeams: async (id: string, page = 1) =>
    (await api.get<Page<Team>>(`/hackathons/${id}/teams/`, { params: { page } })).data,
};

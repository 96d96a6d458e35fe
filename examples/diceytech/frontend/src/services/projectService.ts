/** Projects: the platform guide's functions, and leaving. */

import api from './api';
import type { Difficulty, Message, Page, Project, ProjectType } from './types';

export interface ProjectFilters {
  page?: number;
  search?: string;
  type?: string;
  difficulty?: string;
  category?: string;
  mine?: 'organized' | 'joined';
}

export interface NewProject {
  title: string;
  description: string;
  project_type: ProjectType;
  difficulty: Difficulty;
  category: string;
  technologies: number[];
  start_date: string;
  end_date: string;
  prize_amount?: string | null;
  max_participants?: number;
}

export const projectService = {
  getProjects: async (filters: ProjectFilters = {}) =>
    (await api.get<Page<Project>>('/projects/', { params: filters })).data,

  getProject: async (id: string) => (await api.get<Project>(`/projects/${id}/`)).data,

  createProject: async (projectData: NewProject) => (await api.post<Project>('/projects/', projectData)).data,

  joinProject: async (projectId: string) => (await api.post<Message>(`/projects/${projectId}/join/`)).data,

  leaveProject: async (projectId: string) => (await api.post<Message>(`/projects/${projectId}/leave/`)).data,

  uploadProjectImage: async (projectId: string, file: File) => {
    const formData = new FormData();
    formData.append('image', file);
    return (await api.patch<Project>(`/projects/${projectId}/`, formData)).data;
  },
};

/** Jobs and applications to them. */

import api from './api';
import type { Application, ApplicationStatus, Job, JobType, LocationType, Page } from './types';

export interface JobFilters {
  page?: number;
  search?: string;
  type?: string;
  location_type?: string;
  mine?: 'posted';
}

export interface NewJob {
  title: string;
  company: string;
  description: string;
  requirements: string;
  job_type: JobType;
  location_type: LocationType;
  location: string;
  salary_min: string | null;
  salary_max: string | null;
  skills_required: number[];
}

export const jobService = {
  getJobs: async (filters: JobFilters = {}) => (await api.get<Page<Job>>('/jobs/', { params: filters })).data,

  getJob: async (id: string) => (await api.get<Job>(`/jobs/${id}/`)).data,

  createJob: async (jobData: NewJob) => (await api.post<Job>('/jobs/', jobData)).data,

  uploadCompanyLogo: async (id: string, file: File) => {
    const formData = new FormData();
    formData.append('company_logo', file);
    return (await api.patch<Job>(`/jobs/${id}/`, formData)).data;
  },

  /** Takes no more applications, or takes them again. */
  setOpen: async (id: string, isOpen: boolean) => (await api.patch<Job>(`/jobs/${id}/`, { is_active: isOpen })).data,

  /** Applies with a cover letter and a résumé, PDF or DOCX; either may be left out. */
  applyToJob: async (id: string, coverLetter: string, resume?: File) => {
    const formData = new FormData();
    formData.append('cover_letter', coverLetter);
    if (resume) formData.append('resume', resume);
    return (await api.post<Application>(`/jobs/${id}/apply/`, formData)).data;
  },

  /** Applications to a job that one has posted. */
  getApplicants: async (id: string, page = 1) =>
    (await api.get<Page<Application>>(`/jobs/${id}/applications/`, { params: { page } })).data,

  getMyApplications: async (page = 1) => (await api.get<Page<Application>>('/applications/', { params: { page } })).data,

  /** One application; the résumé's address in it works for five minutes. */
  getApplication: async (id: number) => (await api.get<Application>(`/applications/${id}/`)).data,

  setStatus: async (id: number, status: ApplicationStatus) =>
    (await api.patch<Application>(`/applications/${id}/`, { status })).data,
};

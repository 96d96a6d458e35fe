/** The API's words as people read them. */

import type { ApplicationStatus, Difficulty, JobType, LocationType, ProjectType } from '../services/types';

export const PROJECT_TYPES: Record<ProjectType, string> = {
  hackathon: 'Hackathon',
  practice: 'Practice project',
  personal: 'Personal project',
};

export const DIFFICULTIES: Record<Difficulty, string> = {
  beginner: 'Beginner',
  intermediate: 'Intermediate',
  advanced: 'Advanced',
};

export const PIPS: Record<Difficulty, number> = { beginner: 1, intermediate: 3, advanced: 5 };

export const JOB_TYPES: Record<JobType, string> = {
  'full-time': 'Full-time',
  'part-time': 'Part-time',
  contract: 'Contract',
  internship: 'Internship',
};

export const LOCATION_TYPES: Record<LocationType, string> = { remote: 'Remote', 'on-site': 'On site', hybrid: 'Hybrid' };

export const STATUSES: Record<ApplicationStatus, string> = {
  pending: 'Pending',
  reviewed: 'Reviewed',
  interviewed: 'Interviewed',
  accepted: 'Accepted',
  rejected: 'Rejected',
};

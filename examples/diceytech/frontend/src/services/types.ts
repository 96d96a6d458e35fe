/** The API's objects, as docs/product-api.md describes them. Times are ISO 8601 in UTC, money is a decimal string. */

export interface Page<T> {
  count: number;
  next: string | null;
  previous: string | null;
  results: T[];
}

export interface Skill {
  id: number;
  name: string;
  category: string;
}

export interface Experience {
  id: number;
  title: string;
  company: string;
  start_date: string;
  end_date: string | null;
  description: string;
  is_current: boolean;
}

export interface Education {
  id: number;
  degree: string;
  school: string;
  start_date: string;
  end_date: string | null;
  description: string;
}

export interface User {
  id: number;
  username: string;
  email: string;
  first_name: string;
  last_name: string;
  profile_picture: string | null;
  bio: string;
  location: string;
  website: string;
  github_url: string;
  linkedin_url: string;
  twitter_url: string;
  phone: string;
  skills: number[];
  skill_details: Skill[];
  goals: string;
  experiences: Experience[];
  education: Education[];
}

export type ProjectType = 'hackathon' | 'practice' | 'personal';
export type Difficulty = 'beginner' | 'intermediate' | 'advanced';

export interface Project {
  id: number;
  title: string;
  description: string;
  project_type: ProjectType;
  difficulty: Difficulty;
  category: string;
  technologies: number[];
  technology_details: Skill[];
  start_date: string;
  end_date: string;
  prize_amount: string | null;
  max_participants: number;
  organizer: number;
  organizer_name: string;
  image: string | null;
  is_active: boolean;
  participants_count: number;
  is_joined: boolean;
}

export type JobType = 'full-time' | 'part-time' | 'contract' | 'internship';
export type LocationType = 'remote' | 'on-site' | 'hybrid';

export interface Job {
  id: number;
  title: string;
  company: string;
  description: string;
  requirements: string;
  job_type: JobType;
  location_type: LocationType;
  location: string;
  salary_min: string | null;
  salary_max: string | null;
  skill_details: Skill[];
  company_logo: string | null;
  posted_by: number;
  posted_by_name: string;
  is_active: boolean;
  has_applied: boolean;
  created_at: string;
}

export type ApplicationStatus = 'pending' | 'reviewed' | 'interviewed' | 'accepted' | 'rejected';

export interface Application {
  id: number;
  job: number;
  job_title: string;
  company: string;
  applicant: number;
  applicant_name: string;
  cover_letter: string;
  resume: string | null;
  status: ApplicationStatus;
  applied_at: string;
}

export interface Hackathon {
  id: number;
  title: string;
  description: string;
  theme: string;
  location: string;
  start_date: string;
  end_date: string;
  registration_deadline: string;
  prize_amount: string | null;
  max_teams: number;
  max_team_size: number;
  organizer: number;
  organizer_name: string;
  is_active: boolean;
  teams_count: number;
  is_registered: boolean;
}

export interface Team {
  id: number;
  name: string;
  leader: number;
  members: { id: number; username: string }[];
  created_at: string;
}

export interface Notification {
  id: number;
  kind: string;
  message: string;
  link: string;
  is_read: boolean;
  created_at: string;
}

export interface Message {
  message: string;
}

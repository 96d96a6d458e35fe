import { useLocation } from 'wouter';
import { BackLink } from '../components/BackLink';
import { Field, PictureField, Select, TextArea } from '../components/Field';
import { Form } from '../components/Form';
import { PageTitle } from '../components/PageTitle';
import { SkillPicker, idsOf } from '../components/Skills';
import { toast } from '../components/Toasts';
import { endOf, startOf } from '../format';
import { fileOf, textOf, useSubmit } from '../hooks/useSubmit';
import { projectService, type NewProject } from '../services/projectService';
import type { Difficulty, ProjectType } from '../services/types';
import { DIFFICULTIES, PROJECT_TYPES } from './labels';

export default function NewProjectPage() {
  const [, navigate] = useLocation();
  const submission = useSubmit(async (form) => {
    const project = await projectService.createProject(projectOf(form));
    const image = fileOf(form, 'image');
    const path = `/projects/${project.id}`;
    if (image) {
      // The project is there already: a refused picture must not lead to a second one.
      await projectService.uploadProjectImage(String(project.id), image).catch(() => toast('The picture was not taken'));
    }
    toast('Your project is online');
    navigate(path);
  });
  const { fields } = submission;
  return (
    <>
      <BackLink href="/projects">Projects</BackLink>
      <div className="medium card">
        <PageTitle title="New project">New project</PageTitle>
        <Form submission={submission} label="New project" action="Publish" busyAction="Publishing…">
          <Field label="Title" name="title" required maxLength={200} error={fields['title']} />
          <TextArea label="What is to be built?" name="description" required error={fields['description']} />
          <div className="form__row">
            <Select label="Kind" name="project_type" options={PROJECT_TYPES} error={fields['project_type']} />
            <Select label="Difficulty" name="difficulty" options={DIFFICULTIES} error={fields['difficulty']} />
            <Field label="Category" name="category" required maxLength={50} placeholder="Web" error={fields['category']} />
          </div>
          <div className="form__row">
            <Field label="Starts" name="start_date" type="date" required error={fields['start_date']} />
            <Field label="Ends" name="end_date" type="date" required error={fields['end_date']} />
          </div>
          <div className="form__row">
            <Field
              label="Most participants"
              name="max_participants"
              type="number"
              min={1}
              defaultValue={10}
              required
              error={fields['max_participants']}
            />
            <Field label="Prize in USD" name="prize_amount" type="number" min={0} step="0.01" error={fields['prize_amount']} />
          </div>
          <SkillPicker label="Technologies" name="technologies" />
          <PictureField label="Picture" name="image" />
        </Form>
      </div>
    </>
  );
}

function projectOf(form: FormData): NewProject {
  return {
    title: textOf(form, 'title'),
    description: textOf(form, 'description'),
    project_type: textOf(form, 'project_type') as ProjectType,
    difficulty: textOf(form, 'difficulty') as Difficulty,
    category: textOf(form, 'category'),
    technologies: idsOf(form, 'technologies'),
    start_date: startOf(textOf(form, 'start_date')),
    end_date: endOf(textOf(form, 'end_date')),
    prize_amount: textOf(form, 'prize_amount') || null,
    max_participants: Number(textOf(form, 'max_participants')),
  };
}

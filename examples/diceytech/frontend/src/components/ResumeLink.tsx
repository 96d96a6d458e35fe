import { useState } from 'react';
import { jobService } from '../services/jobService';
import type { Application } from '../services/types';
import { Icon } from './Icon';
import { toast } from './Toasts';

/** Opens the résumé of an application by an address that is asked for now, as each works for minutes only. */
export function ResumeLink({ application }: { application: Application }) {
  const [busy, setBusy] = useState(false);
  const open = async () => {
    setBusy(true);
    try {
      const { resume } = await jobService.getApplication(application.id);
      if (resume) window.open(resume, '_blank', 'noopener');
    } catch {
      toast('The résumé could not be opened');
    } finally {
      setBusy(false);
    }
  };
  if (!application.resume) return null;
  return (
    <button className="button button--quiet button--small" type="button" disabled={busy} onClick={() => void open()}>
      <Icon name="file" /> Résumé
    </button>
  );
}

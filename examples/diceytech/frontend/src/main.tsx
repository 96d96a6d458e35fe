import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/figtree';
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import './styles/layout.css';
import { App } from './App';
import { reloadOnMissingChunk } from './chunks';
import { loadSettings } from './config';
import { restoreTheme } from './hooks/theme';

reloadOnMissingChunk();
restoreTheme();
void loadSettings().then(() => {
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
});

import { useTheme } from '../hooks/theme';
import { Icon } from './Icon';

export function ThemeToggle() {
  const { isDark, toggle } = useTheme();
  return (
    <button type="button" className="icon-button" onClick={toggle} aria-label={isDark ? 'Light colours' : 'Dark colours'}>
      <Icon name={isDark ? 'sun' : 'moon'} />
    </button>
  );
}

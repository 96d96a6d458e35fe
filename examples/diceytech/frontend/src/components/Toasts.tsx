import { createStore, useStore } from '../hooks/store';
import { Icon } from './Icon';

interface Toast {
  id: number;
  text: string;
}

const SHOWN = 6_000; // ms
const toasts = createStore<Toast[]>([]);
let made = 0;

/** Says for a moment that something is done. */
export function toast(text: string): void {
  const id = ++made;
  toasts.set((before) => [...before, { id, text }]);
  setTimeout(() => toasts.set((before) => before.filter((one) => one.id !== id)), SHOWN);
}

export function Toasts() {
  return (
    <div className="toasts" role="status">
      {useStore(toasts).map(({ id, text }) => (
        <p key={id} className="toast">
          <Icon name="check" />
          {text}
        </p>
      ))}
    </div>
  );
}

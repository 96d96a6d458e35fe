import { useEffect, useRef, type ReactNode } from 'react';

let isFirst = true;

/** The page that the browser itself loaded. Whoever leaves it before its code is here has come from another page too. */
const LOADED = new URL(performance.getEntriesByType('navigation')[0]?.name ?? location.href).pathname;

/**
 * A page's heading. It names the document, and takes the focus when one comes from another page, so that a screen
 * reader says where one is.
 */
export function PageTitle({ children, title }: { children: ReactNode; title: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · DiceyTech`;
  }, [title]);
  useEffect(() => {
    if (!isFirst || location.pathname !== LOADED) {
      window.scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    isFirst = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

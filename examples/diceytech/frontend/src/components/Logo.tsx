/** The die and the name. */
export function Logo() {
  return (
    <>
      <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect className="logo__die" x="2" y="2" width="28" height="28" rx="8" />
        <g className="logo__pips">
          <circle cx="10" cy="10" r="2.7" />
          <circle cx="22" cy="10" r="2.7" />
          <circle cx="10" cy="22" r="2.7" />
          <circle cx="22" cy="22" r="2.7" />
        </g>
        <circle className="logo__heart" cx="16" cy="16" r="2.7" />
      </svg>
      <span className="wordmark">DiceyTech</span>
    </>
  );
}

const MONTH = new Intl.DateTimeFormat('en', { month: 'short' });

/** A day as on a calendar's leaf. */
export function DateBlock({ time }: { time: string }) {
  const date = new Date(time);
  return (
    <time className="date-block" dateTime={time}>
      <span className="date-block__month">{MONTH.format(date)}</span>
      <span className="date-block__day">{date.getDate()}</span>
      <span className="date-block__year">{date.getFullYear()}</span>
    </time>
  );
}

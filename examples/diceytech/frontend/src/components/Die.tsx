const SPOTS: Record<number, [number, number][]> = {
  1: [[12, 12]],
  2: [[7, 7], [17, 17]],
  3: [[7, 7], [12, 12], [17, 17]],
  4: [[7, 7], [17, 7], [7, 17], [17, 17]],
  5: [[7, 7], [17, 7], [12, 12], [7, 17], [17, 17]],
  6: [[7, 6.5], [17, 6.5], [7, 12], [17, 12], [7, 17.5], [17, 17.5]],
};

/** The face of a die, 24 by 24, for the inside of a drawing. */
export function DieFace({ pips }: { pips: number }) {
  return (
    <>
      <rect className="die__face" x="1" y="1" width="22" height="22" rx="6" />
      {SPOTS[pips]?.map(([x, y]) => <circle key={`${x} ${y}`} className="die__pip" cx={x} cy={y} r="2.1" />)}
    </>
  );
}

export function Die({ pips }: { pips: number }) {
  return (
    <svg className="die" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <DieFace pips={pips} />
    </svg>
  );
}

/** Places of stretches of time on a line from 0 to 1. */

export interface Stretch<Kind extends string = string> {
  kind: Kind;
  from: string;
  /** null: it goes on. */
  to: string | null;
}

export interface PlacedStretch<Kind extends string = string> extends Stretch<Kind> {
  start: number;
  width: number;
}

/** Where each stretch lies between the first beginning and the last end. Open ones end `now`. */
export function placeStretches<Kind extends string>(
  stretches: readonly Stretch<Kind>[],
  now: number,
): PlacedStretch<Kind>[] {
  const ends = stretches.map(({ to }) => (to === null ? now : Date.parse(to)));
  const first = Math.min(...stretches.map(({ from }) => Date.parse(from)));
  const whole = Math.max(...ends) - first || 1;
  return stretches.map((one, i) => {
    const start = (Date.parse(one.from) - first) / whole;
    return { ...one, start, width: Math.max(0, ends[i]! - Date.parse(one.from)) / whole };
  });
}

/** Whether labels have all the values that the matchers ask for; a label that is missing equals the empty one. */
export function matches(matchers: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchers).every(([name, value]) => (labels[name] ?? '') === value);
}

export interface SilenceSpan {
  id: string;
  matchers: Record<string, string>;
  startsAt: number;
  endsAt: number;
}

/** The silence that mutes an alert now: of several, the one that lasts longest. Start inclusive, end exclusive. */
export function findSilence<S extends SilenceSpan>(
  silences: readonly S[],
  labels: Readonly<Record<string, string>>,
  now: number,
): S | null {
  return silences
    .filter(({ startsAt, endsAt, matchers }) => startsAt <= now && now < endsAt && matches(matchers, labels))
    .reduce<S | null>((longest, silence) => (longest && longest.endsAt >= silence.endsAt ? longest : silence), null);
}

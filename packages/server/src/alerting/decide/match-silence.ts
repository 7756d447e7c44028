import type { Matchers } from '@leeway/contract';
import { type Labels, matches } from './matchers.ts';

/** A stretch of time in which what matches is muted: a silence, a maintenance, or a grace for the drift of a model. */
export interface SilenceSpan {
  id: string;
  kind: 'silence' | 'maintenance' | 'grace';
  matchers: Matchers;
  startsAt: number;
  endsAt: number;
}

/** What may be muted: the metric says whether a grace is about it. */
interface Mutable {
  labels: Labels;
  metric: string;
}

/** Metrics that a grace mutes: those which compare with a reference or a past that a change has made old. */
export const isDrift = (metric: string): boolean => metric.startsWith('drift.');

/** The span that mutes an alert now: of several, the one that lasts longest. Start inclusive, end exclusive. */
export function findSilence<S extends SilenceSpan>(spans: readonly S[], alert: Mutable, now: number): S | null {
  return spans
    .filter(({ startsAt, endsAt }) => startsAt <= now && now < endsAt)
    .filter(({ kind, matchers }) => (kind !== 'grace' || isDrift(alert.metric)) && matches(matchers, alert.labels))
    .reduce<S | null>((longest, span) => (longest && longest.endsAt >= span.endsAt ? longest : span), null);
}

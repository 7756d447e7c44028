import { z } from 'zod';
import { Duration, Instant, Severity } from './words.ts';

/** What rules would have done over history, and how good that would have been. */

const When = z.iso.datetime({ offset: true }).or(z.iso.date());

/** A time at which something was wrong, as people labelled it. */
export const Incident = z.strictObject({
  start: When.describe('When it began.'),
  end: When.nullish().describe('When it was over; without it, it lasts to the end of the replay.'),
  model: z.string().nullish().describe('Model that it is about; any without it.'),
  rule: z.string().nullish().describe('Rule that should have told of it; any without it.'),
  note: z.string().nullish(),
});
export type Incident = z.infer<typeof Incident>;

/** Values of a key of a rule that are tried. */
const Tried = z.union([z.number(), z.string(), z.boolean()]);

export const BacktestRequest = z.strictObject({
  rules: z.array(z.string()).optional().describe('Rules that are replayed; all by default.'),
  from: When.optional().describe('Reported from here on; what was before is taken in. Default: all there is.'),
  to: When.optional(),
  incidents: z.array(Incident).optional().describe('With them precision, recall and delay are told.'),
  tolerance: Duration.default('0s').describe('An alert may be about as much time before an incident.'),
  grace: Duration.default('0s').describe('An alert may be about as much time after an incident.'),
  set: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('Keys of rules that are changed, by rule: {"auc-low": {"below": 0.7}}.'),
  sweep: z
    .strictObject({
      rule: z.string(),
      values: z.record(z.string(), z.array(Tried).min(1)).describe('Values that are tried, by key of the rule.'),
    })
    .optional()
    .describe('Tries every combination of these values of one rule.'),
  holdout: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Share of the time, at its end, that the variant chosen is scored on; it is chosen on the rest.'),
});
export type BacktestRequest = z.infer<typeof BacktestRequest>;

/** A share with its interval (Wilson, 95 %). */
const Share = z.object({
  count: z.int(),
  of: z.int(),
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});

/** A count as a rate, with its interval (exact for Poisson counts, 95 %). */
const Rate = z.object({ count: z.int(), perWeek: z.number(), lower: z.number(), upper: z.number() });

export const BacktestScore = z.object({
  from: Instant,
  to: Instant,
  weeks: z.number(),
  episodes: z.int().describe('Times that an instance of the rule fired.'),
  transitions: z.int(),
  retracted: z.int().describe('Episodes that later labels took back.'),
  alarmShare: z.number().describe('Share of the time in which something fired.'),
  pages: Rate.describe('Messages that tell of something new, after grouping by the routes.'),
  messages: z.int().describe('All messages, repetitions and ends among them.'),
  incidents: z.int().describe('Incidents within the time.'),
  recall: Share.nullable().describe('Incidents that an episode is about. Null without incidents, as all below.'),
  precision: Share.nullable().describe('Episodes that are about an incident.'),
  f1: z.number().nullable(),
  medianDelayMs: z.number().nullable().describe('From the beginning of an incident to its first alarm.'),
  alreadyFiring: z.int().describe('Incidents at whose beginning it fired already: no delay can be told.'),
  falseAlarms: Rate.nullable().describe('Episodes that are about no incident.'),
  quietAlarmShare: z.number().nullable().describe('Share of the time without incident in which something fired.'),
});
export type BacktestScore = z.infer<typeof BacktestScore>;

export const BacktestEpisode = z.object({
  rule: z.string(),
  column: z.string(),
  slice: z.string(),
  severity: Severity,
  aboutFrom: Instant.describe('Beginning of the first window that counts towards it.'),
  aboutTo: Instant.describe('End of the last window over the threshold.'),
  firedAt: Instant.describe('When it fired, with the labels that were there then.'),
  resolvedAt: Instant.nullable(),
  retracted: z.boolean().describe('Whether labels that came later took it back.'),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  why: z.string(),
  incident: z.int().nullable().describe('Position of the incident that it is about, from 0.'),
});
export type BacktestEpisode = z.infer<typeof BacktestEpisode>;

export const BacktestVariant = z.object({
  values: z.record(z.string(), Tried).describe('What was tried.'),
  score: BacktestScore.describe('With a holdout: over the time before it.'),
  held: BacktestScore.nullable().describe('Over the time held out.'),
  pareto: z.boolean().describe('Whether no other variant is at least as good in everything and better in something.'),
  chosen: z.boolean().describe('The best of them by F1, then by fewer false alarms, then by a shorter delay.'),
});
export type BacktestVariant = z.infer<typeof BacktestVariant>;

export const Backtest = z.object({
  model: z.string(),
  rules: z.array(
    z.object({
      rule: z.string(),
      judged: z.int().describe('Measurements of windows that were judged, revisions among them.'),
      withoutData: z.int().describe('Of them those without a value to judge.'),
      score: BacktestScore,
    }),
  ),
  total: BacktestScore.describe('All of these rules together.'),
  episodes: z.array(BacktestEpisode),
  missed: z.array(z.int()).describe('Positions of the incidents that no episode is about.'),
  variants: z.array(BacktestVariant).describe('Empty without a sweep.'),
  warnings: z.array(z.string()).describe('What makes the figures worth less than they look.'),
});
export type Backtest = z.infer<typeof Backtest>;

import { z } from 'zod';
import { AlertComment, AlertVerdict } from './alert-resources.ts';
import { Alert } from './resources.ts';
import { Instant } from './words.ts';

/** What is looked back on: which rules were worth their noise. Times between two instants are in milliseconds. */

export const VerdictCounts = z.object({
  useful: z.int(),
  noise: z.int(),
  expected: z.int(),
  duplicate: z.int(),
  none: z.int().describe('Of which nobody has said anything.'),
});
export type VerdictCounts = z.infer<typeof VerdictCounts>;

/** A rule over a span of time: how often it spoke, and what people made of it. */
export const RuleReview = z.object({
  model: z.string(),
  rule: z.string(),
  owner: z.string().nullable(),
  severity: z.string().nullable().describe('null where it is computed, or the rule is gone.'),
  known: z.boolean().describe('Whether the configuration still has the rule.'),
  windows: z.int().describe('Windows of its monitor that were measured.'),
  alerts: z.int().describe('Alerts that began to fire.'),
  messages: z.int().describe('Messages sent that told of one of them as firing.'),
  afterHours: z.int().describe('Messages among them outside of Monday to Friday, nine to five.'),
  verdicts: VerdictCounts,
  noiseShare: z.number().nullable().describe('Noise and duplicates among those of which something was said.'),
  timeToAcknowledge: z.number().nullable().describe('Median, of those that were acknowledged.'),
  timeToResolve: z.number().nullable().describe('Median, of those that are over.'),
  resolvedByThemselves: z.int().describe('Over after one window, and nobody had acknowledged them.'),
  flapping: z.int().describe('Alerts that came and went.'),
  timeInAlarm: z.number().describe('Share of the span in which at least one alert was open.'),
  remarks: z.array(z.enum(['never_fired', 'always_fires', 'no_verdicts', 'mostly_noise'])),
});
export type RuleReview = z.infer<typeof RuleReview>;

export const RulesReview = z.object({
  from: Instant,
  to: Instant,
  zone: z.string().describe('By whose clock it is after hours.'),
  rules: z.array(RuleReview).describe('The noisiest first.'),
});
export type RulesReview = z.infer<typeof RulesReview>;

/** What was said of the alerts of a span, for the people who own them. */
export const AlertsReview = RulesReview.extend({
  alerts: z
    .array(z.object({ alert: Alert, comments: z.array(AlertComment), verdicts: z.array(AlertVerdict) }))
    .describe('Alerts that were open in the span, newest first.'),
});
export type AlertsReview = z.infer<typeof AlertsReview>;

const SuggestionScore = z.object({
  alerts: z.int(),
  useful: z.int().describe('Alerts called useful that it would tell.'),
  noise: z.int().describe('Alerts called noise or duplicate that it would tell.'),
  timeInAlarm: z.number(),
});

/** A threshold by which a rule would have told what was useful and less of what was noise. */
export const Suggestion = z.object({
  id: z.string(),
  model: z.string(),
  rule: z.string(),
  madeAt: Instant,
  from: Instant,
  to: Instant,
  change: z.record(z.string(), z.number()).describe('Keys of the rule and what to set them to.'),
  yaml: z.string().describe('The same, as it stands in leeway.yaml.'),
  before: SuggestionScore,
  after: SuggestionScore,
  delay: z.number().nullable().describe('By how much later useful alerts would fire, in the median.'),
  warnings: z.array(z.string()),
  appliedAt: Instant.nullable(),
  appliedBy: z.string().nullable(),
});
export type Suggestion = z.infer<typeof Suggestion>;

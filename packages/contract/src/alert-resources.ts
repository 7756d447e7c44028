import { z } from 'zod';
import { Alert, Delivery, Verdict } from './resources.ts';
import { Instant } from './words.ts';

/** What people do about alerts, as the API writes it. */

export const AlertComment = z.object({ at: Instant, actor: z.string(), text: z.string() });
export type AlertComment = z.infer<typeof AlertComment>;

export const AlertVerdict = z.object({ at: Instant, actor: z.string(), verdict: Verdict, comment: z.string() });
export type AlertVerdict = z.infer<typeof AlertVerdict>;

/** An alert with what happened to it, what people said of it, and what was sent about it; each oldest first. */
export const AlertDetail = z.object({
  alert: Alert,
  history: z.array(z.object({ at: Instant, from: z.string(), to: z.string(), why: z.string() })),
  comments: z.array(AlertComment),
  verdicts: z.array(AlertVerdict).describe('The last one counts.'),
  deliveries: z.array(Delivery),
});
export type AlertDetail = z.infer<typeof AlertDetail>;

/** A stretch of time in which one person is on call. */
export const OnCallShift = z.object({
  person: z.string(),
  from: Instant,
  to: Instant,
  by: z.enum(['rotation', 'override']),
});
export type OnCallShift = z.infer<typeof OnCallShift>;

export const OnCallSchedule = z.object({
  schedule: z.string(),
  zone: z.string(),
  now: OnCallShift,
  channels: z.array(z.string()).describe('By which the person on call is told.'),
  coming: z.array(OnCallShift).describe('The shifts after this one.'),
});
export type OnCallSchedule = z.infer<typeof OnCallSchedule>;

export const ExplainStage = z.object({
  stage: z.enum(['rule', 'state', 'route', 'group', 'decision', 'muted', 'escalation', 'delivery', 'channel']),
  outcome: z.enum(['pass', 'stop', 'wait', 'note']).describe('pass: it went on from here; stop: it ended here.'),
  at: Instant.nullable(),
  text: z.string(),
});
export type ExplainStage = z.infer<typeof ExplainStage>;

/** Why an alert was told, or not told, to each channel. */
export const AlertExplanation = z.object({
  alert: z.string(),
  stages: z.array(ExplainStage).describe('What is the same for every channel: rule, state and routes.'),
  channels: z.array(
    z.object({
      channel: z.string(),
      outcome: z.enum(['sent', 'failed', 'waiting', 'not_sent']),
      verdict: z.string().describe('The answer in one sentence.'),
      at: Instant.nullable().describe('When it was sent, or when it is looked at again.'),
      stages: z.array(ExplainStage),
    }),
  ),
});
export type AlertExplanation = z.infer<typeof AlertExplanation>;

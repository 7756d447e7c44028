import { z } from 'zod';
import { Duration, Name, Severity, TimeZone } from './words.ts';

/** Who is asked to act on an alert, and who is asked next if nobody does. */

const strict = z.strictObject;

const TIME = '([01]\\d|2[0-3]):[0-5]\\d';

/** A time on the clock on the wall of a schedule: "2026-03-28 09:00". */
const LocalTime = z
  .string()
  .regex(new RegExp(`^\\d{4}-\\d{2}-\\d{2}[ T]${TIME}$`), 'expected a local date and time such as 2026-03-28 09:00');

export const RotationConfig = strict({
  every: z.enum(['day', 'week']).default('week').describe('How long a turn lasts.'),
  at: z
    .string()
    .regex(
      new RegExp(`^((Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?${TIME}$`),
      'expected a weekday and a time such as "Mon 09:00", or a time such as "09:00"',
    )
    .default('Mon 09:00')
    .describe('When the next one takes over, on the clock of the zone. The weekday counts for turns of a week.'),
  people: z.array(Name).min(1).describe('Who takes turns, in this order.'),
  from: z.iso
    .date()
    .default('2024-01-01')
    .describe('Day of the first turn, which is that of the first of the people. Moves who has which turn.'),
});
export type RotationConfig = z.infer<typeof RotationConfig>;

export const ScheduleConfig = strict({
  zone: TimeZone.default('UTC').describe('By whose clock turns change and exceptions count.'),
  rotation: RotationConfig,
  overrides: z
    .array(
      strict({
        from: LocalTime.describe('Begin, on the clock of the zone.'),
        to: LocalTime.describe('End, not included.'),
        person: Name,
      }).refine(({ from, to }) => from.replace('T', ' ') < to.replace('T', ' '), 'expected `to` after `from`'),
    )
    .default([])
    .describe('Exceptions, such as holidays. Of two that overlap the later in the list counts.'),
});
export type ScheduleConfig = z.infer<typeof ScheduleConfig>;

/** Who a step tells. */
export const EscalationTarget = z
  .string()
  .regex(/^(person|schedule|channel):./, 'expected person:NAME, schedule:NAME or channel:NAME');

export const EscalationConfig = strict({
  steps: z
    .array(
      strict({
        after: Duration.default('0m').describe('Wait since the step before; of the first step since the alert fires.'),
        notify: z.array(EscalationTarget).min(1).describe('person:NAME, schedule:NAME or channel:NAME.'),
      }),
    )
    .min(1),
  repeat: z
    .int()
    .min(0)
    .max(20)
    .default(0)
    .describe('How often all steps are gone through again while nobody acknowledges.'),
  repeatAfter: Duration.default('30m').describe('Wait after the last step before the first one comes again.'),
  severities: z
    .array(Severity)
    .min(1)
    .default(['critical'])
    .describe('Alerts of these severities escalate; others are told by their routes only.'),
});
export type EscalationConfig = z.infer<typeof EscalationConfig>;

export const OnCallConfig = strict({
  people: z
    .record(Name, strict({ channels: z.array(Name).min(1).describe('Channels that reach this person.') }))
    .default({}),
  schedules: z.record(Name, ScheduleConfig).default({}).describe('Who is on call, by turns.'),
  escalations: z.record(Name, EscalationConfig).default({}).describe('Who is told, step by step; routes name one.'),
  acknowledgeFor: Duration.optional().describe(
    'How long an acknowledgement holds when it does not say so itself. Default: until the alert is over.',
  ),
});
export type OnCallConfig = z.infer<typeof OnCallConfig>;

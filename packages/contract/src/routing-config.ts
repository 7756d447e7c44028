import { z } from 'zod';
import { Matchers } from './matchers.ts';
import { WEEKDAYS } from './muting-config.ts';
import { Duration, Name, Severity, TimeZone } from './words.ts';

/** Who is told of alerts, by which way, and when. */

const strict = z.strictObject;

const MessageTemplate = strict({
  subject: z.string().max(10_000).optional().describe('In place of the subject; made to one line.'),
  text: z.string().max(10_000).optional().describe('In place of what the message says of its alerts.'),
}).describe('Wording of the messages (Liquid); docs/reference/templates.md has what it may use.');

export const DigestConfig = strict({
  every: z.enum(['hour', 'day', 'week']).default('day'),
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM such as 09:00')
    .default('09:00')
    .describe('Time of the day; of an hourly one only the minute counts.'),
  weekday: z.enum(WEEKDAYS).default('monday').describe('Day of a weekly one.'),
  zone: TimeZone.default('UTC'),
  severities: z.array(Severity).min(1).default(['info']).describe('Alerts that wait for it.'),
}).describe('Collects alerts and tells them once, together; nothing is sent if there are none.');
export type DigestConfig = z.infer<typeof DigestConfig>;

export const RateLimitConfig = strict({
  most: z.int().min(1).max(100_000).describe('Messages that the channel gets at most.'),
  per: Duration.default('1h').describe('In any time of this length.'),
  critical: z
    .enum(['pass', 'wait'])
    .default('pass')
    .describe('Whether messages with a critical alert are sent all the same. They count.'),
}).describe('What would be more waits, and comes together in one message.');
export type RateLimitConfig = z.infer<typeof RateLimitConfig>;

/** A place that messages go to. Further keys belong to the channel's type. */
export const ChannelConfig = z.looseObject({
  name: Name.describe('What routes call it.'),
  type: z.string().describe('Kind of channel; docs/reference/configuration.md lists them.'),
  sendResolved: z.boolean().default(true).describe('Whether it is told when an alert is over.'),
  failover: Name.optional().describe('Channel that gets what this one does not take, and hears why.'),
  zone: TimeZone.optional().describe('Time zone in which messages say times too, beside UTC, such as Europe/Berlin.'),
  template: MessageTemplate.optional(),
  digest: DigestConfig.optional(),
  rateLimit: RateLimitConfig.optional(),
});

const routeTimers = {
  groupBy: z
    .array(z.string())
    .optional()
    .describe('Labels whose values make a group; one message per group. Default: model.'),
  groupWait: Duration.optional().describe('How long the first message of a group waits for company. Default 30s.'),
  groupInterval: Duration.optional().describe(
    'How often a group may speak again when something in it changed. Default 5m.',
  ),
  repeatInterval: Duration.optional().describe('How often an unchanged firing group is repeated. Default 4h.'),
  escalation: Name.optional().describe('Escalation of onCall that its alerts go through. Default: that of the parent.'),
};

export interface RouteConfig {
  channels?: string[] | undefined;
  match?: Matchers | undefined;
  activeTimes?: string[] | undefined;
  muteTimes?: string[] | undefined;
  continue?: boolean | undefined;
  groupBy?: string[] | undefined;
  groupWait?: string | undefined;
  groupInterval?: string | undefined;
  repeatInterval?: string | undefined;
  escalation?: string | undefined;
  routes?: RouteConfig[] | undefined;
}

/** A node of the routing tree, with Alertmanager's meaning: first matching child wins unless it says `continue`. */
export const RouteConfig: z.ZodType<RouteConfig> = strict({
  channels: z.array(Name).optional().describe('Channels that get the messages. Default: those of the parent.'),
  match: Matchers.optional(),
  activeTimes: z.array(Name).optional().describe('Time intervals in which it tells of alerts. Default: always.'),
  muteTimes: z.array(Name).optional().describe('Time intervals in which it keeps quiet.'),
  continue: z.boolean().optional().describe('Whether the siblings after it are tried too.'),
  ...routeTimers,
  get routes(): z.ZodOptional<z.ZodArray<z.ZodType<RouteConfig>>> {
    return z.array(RouteConfig).optional();
  },
});
export type ChannelConfig = z.infer<typeof ChannelConfig>;

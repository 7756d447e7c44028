import { z } from 'zod';
import { Duration, Name } from './words.ts';

/** Who is told of alerts, by which way, and when. */

const strict = z.strictObject;

/** A place that messages go to. Further keys belong to the channel's type. */
export const ChannelConfig = z.looseObject({
  name: Name.describe('What routes call it.'),
  type: z.string().describe('Kind of channel; docs/reference/configuration.md lists them.'),
  sendResolved: z.boolean().default(true).describe('Whether it is told when an alert is over.'),
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
};

export interface RouteConfig {
  channels?: string[] | undefined;
  match?: Record<string, string> | undefined;
  continue?: boolean | undefined;
  groupBy?: string[] | undefined;
  groupWait?: string | undefined;
  groupInterval?: string | undefined;
  repeatInterval?: string | undefined;
  routes?: RouteConfig[] | undefined;
}

/** A node of the routing tree, with Alertmanager's meaning: first matching child wins unless it says `continue`. */
export const RouteConfig: z.ZodType<RouteConfig> = strict({
  channels: z.array(Name).optional().describe('Channels that get the messages. Default: those of the parent.'),
  match: z.record(z.string(), z.string()).optional().describe('Label values that an alert must have.'),
  continue: z.boolean().optional().describe('Whether the siblings after it are tried too.'),
  ...routeTimers,
  get routes(): z.ZodOptional<z.ZodArray<z.ZodType<RouteConfig>>> {
    return z.array(RouteConfig).optional();
  },
});
export type ChannelConfig = z.infer<typeof ChannelConfig>;

import { z } from 'zod';
import { Duration } from './words.ts';

/** Numbers of the business beside those of the model. */

const strict = z.strictObject;

export const KpiSource = z.discriminatedUnion('type', [
  strict({ type: z.literal('api').describe('Sent by POST /models/{model}/kpis.') }),
  strict({
    type: z.literal('prometheus').describe('Asked of a Prometheus, over its HTTP API.'),
    url: z.url({ protocol: /^https?$/ }).describe('Address of the Prometheus, such as http://prometheus:9090.'),
    query: z.string().min(1).describe('PromQL that gives one series.'),
    step: Duration.default('5m').describe('Distance of the points that are asked for.'),
    every: Duration.default('5m').describe('How often it is asked.'),
    past: Duration.default('7d').describe('How far back the first question goes, and one after an absence.'),
    token: z.string().optional().describe('Bearer token.'),
    user: z.string().optional().describe('User, with `password`.'),
    password: z.string().optional(),
  }),
]);
export type KpiSource = z.infer<typeof KpiSource>;

export const KpiConfig = strict({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,59}$/, 'expected 1 to 60 lower-case letters, digits or "_", beginning with a letter')
    .describe('The metric is called kpi.NAME.'),
  description: z.string().optional(),
  unit: z.string().optional().describe('Such as EUR or %.'),
  aggregate: z
    .enum(['mean', 'sum', 'min', 'max', 'last'])
    .default('mean')
    .describe('What the points of a window come to.'),
  source: KpiSource.prefault({ type: 'api' }),
});
export type KpiConfig = z.infer<typeof KpiConfig>;

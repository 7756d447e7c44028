import { z } from 'zod';
import { ColumnName, Duration, Name, TimeZone } from './words.ts';

const strict = z.strictObject;

const named = {
  name: Name.optional().describe(
    'What its runs are told to come from; they share a cooldown. Default: what it looks at, such as alert:RULE.',
  ),
};

const DropConfig = strict({
  absolute: z.number().gt(0).optional().describe('Worse by at least this much.'),
  relative: z.number().gt(0).optional().describe('Worse by at least this share of what it was: 0.05 is 5 %.'),
  against: z
    .enum(['reference', 'best', 'champion_at_promotion'])
    .default('champion_at_promotion')
    .describe(
      'reference: the value of the reference data; best: the best window since the champion serves; champion_at_promotion: what the champion had on its held-out rows.',
    ),
}).refine(({ absolute, relative }) => (absolute === undefined) !== (relative === undefined), {
  message: 'needs one of absolute and relative',
});

const AlertTrigger = strict({ on: z.literal('alert'), rule: Name.describe('Rule whose alert fires.'), ...named });
const ScheduleTrigger = strict({
  on: z.literal('schedule'),
  cron: z.string().describe('Cron expression. True from its time until a run has begun.'),
  timeZone: TimeZone.default('UTC').describe('Time zone of the expression, such as Europe/Berlin.'),
  ...named,
});
const MetricTrigger = strict({
  on: z.literal('metric'),
  metric: z.string().describe('Metric of the newest window. Where that has no value, nothing is known.'),
  monitor: Name.optional().describe('Monitor that measures it. Default: any.'),
  column: z.string().default('').describe('Column that it is about; empty for the whole.'),
  slice: z.string().default('').describe('Such as "origin=ATL"; empty for all rows.'),
  above: z.number().optional().describe('True above this.'),
  below: z.number().optional().describe('True below this.'),
  drop: DropConfig.optional().describe('True when it has become worse by so much; what is worse, the metric says.'),
  ...named,
});
const DriftTrigger = strict({
  on: z.literal('drift'),
  share: z.number().gt(0).max(1).optional().describe('Share of the features that drifted, or of `columns`.'),
  columns: z
    .array(ColumnName)
    .min(1)
    .optional()
    .describe('Columns that are looked at; one of them is enough unless `share` says more.'),
  monitor: Name.optional().describe('Monitor that measures it. Default: any.'),
  ...named,
}).refine(({ share, columns }) => share !== undefined || columns !== undefined, {
  message: 'needs share, columns or both',
});
const LabelsTrigger = strict({
  on: z.literal('labels'),
  atLeast: z.int().min(1).describe('Labelled rows later than the data of the last run.'),
  ...named,
});
const DataTrigger = strict({
  on: z.literal('data'),
  atLeast: z.int().min(1).describe('Rows, labelled or not, later than the data of the last run.'),
  ...named,
});

export type TriggerLeaf = z.infer<
  | typeof AlertTrigger
  | typeof ScheduleTrigger
  | typeof MetricTrigger
  | typeof DriftTrigger
  | typeof LabelsTrigger
  | typeof DataTrigger
>;

/** Made of others: exactly one of `all`, `any` and `not`. */
export interface TriggerCondition {
  on?: 'condition' | undefined;
  name?: string | undefined;
  all?: TriggerConfig[] | undefined;
  any?: TriggerConfig[] | undefined;
  not?: TriggerConfig | undefined;
}
export type TriggerConfig = TriggerLeaf | TriggerCondition;

/** When a run begins by itself. A list of them is an `any`. */
export const TriggerConfig: z.ZodType<TriggerConfig> = z
  .discriminatedUnion('on', [
    AlertTrigger,
    ScheduleTrigger,
    MetricTrigger,
    DriftTrigger,
    LabelsTrigger,
    DataTrigger,
    strict({
      on: z.literal('condition').optional().describe('May be left out.'),
      get all(): z.ZodOptional<z.ZodArray<z.ZodType<TriggerConfig>>> {
        return z.array(TriggerConfig).min(1).optional().describe('All of them are true.');
      },
      get any(): z.ZodOptional<z.ZodArray<z.ZodType<TriggerConfig>>> {
        return z.array(TriggerConfig).min(1).optional().describe('One of them is true.');
      },
      get not(): z.ZodOptional<z.ZodType<TriggerConfig>> {
        return TriggerConfig.optional().describe('It is false. What is not known is not false.');
      },
      ...named,
    }),
  ])
  .meta({ id: 'trigger' });

export const isLeaf = (trigger: TriggerConfig): trigger is TriggerLeaf =>
  trigger.on !== undefined && trigger.on !== 'condition';

/** The leaves of a trigger, from left to right. */
export function leavesOfTrigger(trigger: TriggerConfig): TriggerLeaf[] {
  if (isLeaf(trigger)) return [trigger];
  const { all, any, not } = trigger;
  return [...(all ?? []), ...(any ?? []), ...(not ? [not] : [])].flatMap(leavesOfTrigger);
}

/** Times at which a trigger becomes true, wherever they stand in it. */
export const schedulesOfTriggers = (triggers: readonly TriggerConfig[]): { cron: string; timeZone: string }[] =>
  triggers.flatMap(leavesOfTrigger).flatMap((leaf) => (leaf.on === 'schedule' ? [leaf] : []));

/** What runs of the trigger are told to come from: its name, or what it looks at. `position` is its place, from 0. */
export function causeOfTrigger(trigger: TriggerConfig, position: number): string {
  if (trigger.name !== undefined) return trigger.name;
  switch (trigger.on) {
    case 'alert':
      return `alert:${trigger.rule}`;
    case 'metric':
      return `metric:${trigger.metric}`;
    case 'schedule':
    case 'drift':
    case 'labels':
    case 'data':
      return trigger.on;
    default:
      return `condition-${position + 1}`;
  }
}

const LocalTime = z.iso.datetime({ local: true, offset: true });

/** A time in which no run begins by itself. */
export const FreezeConfig = strict({
  name: Name.describe('What it is called where it holds something back.'),
  from: LocalTime.optional().describe(
    'When it begins, such as 2026-12-20T00:00; in `timeZone` unless it has an offset.',
  ),
  until: LocalTime.optional().describe('When it is over; the end is not in it.'),
  cron: z.string().optional().describe('In place of from and until: cron expression of its beginnings.'),
  duration: Duration.optional().describe('With `cron`: how long each lasts.'),
  timeZone: TimeZone.default('UTC'),
}).refine(
  ({ from, until, cron, duration }) =>
    from !== undefined && until !== undefined ? !cron && !duration : !from && !until && cron && duration,
  'needs either from and until, or cron and duration',
);
export type FreezeConfig = z.infer<typeof FreezeConfig>;

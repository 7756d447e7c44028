import { type Disparity, fairnessCriteria } from '@leeway/stats';
import { z } from 'zod';
import { compareFairness, type FairnessSide } from '../fairness.ts';
import { count, estimateText, figure } from '../render/words.ts';
import { absent, type Block, type Section } from '../section.ts';

const number = z.number().nullable();
const Estimate = z.object({
  value: number,
  lower: number,
  upper: number,
  n: z.number(),
  reason: z.string().nullable(),
});
type Estimate = z.infer<typeof Estimate>;

const Disparities = z.object({ difference: Estimate, ratio: Estimate.nullable() });

const Side = z.union([
  z.object({
    rows: z.number(),
    reference_group: z.string().nullable(),
    groups: z.array(z.object({ group: z.string(), rows: z.number(), measures: z.record(z.string(), Estimate) })),
    excluded: z.array(z.object({ measure: z.string(), group: z.string(), n: z.number(), reason: z.string() })),
    measures: z.record(z.string(), Disparities.extend({ to_overall: Disparities })),
    criteria: z.record(z.string(), Disparities),
  }),
  z.object({ reason: z.string() }),
]);
type Side = z.infer<typeof Side>;

const Fairness = z.object({
  limit: z.number().describe('Of the ratio of selection rates: the four-fifths rule.'),
  attributes: z.array(
    z.object({
      column: z.string(),
      four_fifths: z.object({
        ratio: number,
        kept: z.boolean().nullable(),
        certain: z.boolean().describe('Whether all of the interval lies below the limit.'),
        lowest: z.string().nullable(),
        highest: z.string().nullable(),
      }),
      worse: z.array(z.string()).describe('Criteria whose difference grew beyond chance.'),
      reference: Side,
      current: Side,
    }),
  ),
});
export type Fairness = z.infer<typeof Fairness>;

/** Whether the model treats groups alike. */
export const fairness: Section<Fairness> = {
  title: 'Fairness',
  schema: Fairness,
  async measure({ engine, reference, current, options }) {
    if (!options.protected?.length) return absent('--protected was not given');
    const found = await compareFairness(engine, reference, current, options);
    if (!found) return absent('no --label was given');
    return {
      limit: found.limit,
      attributes: found.attributes.map(({ reference, current, ...attribute }) => ({
        ...attribute,
        reference: sideOf(reference),
        current: sideOf(current),
      })),
    };
  },
  findings: ({ attributes, limit }) =>
    attributes.flatMap(({ column, four_fifths, worse }) => [
      ...(four_fifths.certain
        ? [
            `${column}: ${four_fifths.lowest} is selected ${figure(four_fifths.ratio)} times as often as ${four_fifths.highest}, below ${limit}`,
          ]
        : []),
      ...(worse.length > 0 ? [`${column}: less alike than in the reference in ${worse.map(labelOf).join(', ')}`] : []),
    ]),
  cases: ({ attributes, limit }) =>
    attributes.flatMap(({ column, four_fifths: { ratio, kept, certain }, worse }) => [
      {
        name: `four-fifths rule by ${column}`,
        passed: kept === null ? null : !certain,
        message: ratio === null ? 'cannot be judged' : `ratio ${figure(ratio)}, limit ${limit}`,
      },
      {
        name: `as alike as in the reference by ${column}`,
        passed: worse.length === 0,
        message: worse.map(labelOf).join(', '),
      },
    ]),
  blocks: ({ attributes, limit }) =>
    attributes.flatMap(({ column, four_fifths, worse, reference, current }): Block[] => {
      const { ratio, kept, certain, lowest, highest } = four_fifths;
      const rule =
        kept === null
          ? 'the four-fifths rule cannot be judged'
          : `${lowest} is selected ${figure(ratio)} times as often as ${highest}; ${kept ? 'at or above' : certain ? 'below, beyond chance,' : 'below, which may be chance,'} ${limit}`;
      const tone = certain ? 'bad' : kept === false ? 'warn' : 'dim';
      return [
        { kind: 'text', text: `by ${column}: ${rule}`, tone },
        groupTable(column, current),
        criteriaTable(column, reference, current, worse),
        ...smallGroups(current),
      ];
    }),
};

const labelOf = (id: string): string =>
  fairnessCriteria.find((criterion) => criterion.id === id)?.label.toLowerCase() ?? id;

const withReason = ({ reason, ...estimate }: { reason?: string } & Omit<Estimate, 'reason'>): Estimate => ({
  ...estimate,
  reason: reason ?? null,
});

const disparities = ({ difference, ratio }: Pick<Disparity, 'difference' | 'ratio'>) => ({
  difference: withReason(difference),
  ratio: ratio ? withReason(ratio) : null,
});

function sideOf(side: FairnessSide): Side {
  if ('reason' in side) return side;
  const { rows, reference, groups, measures, criteria } = side;
  const of = <T, U>(record: Record<string, T>, by: (value: T) => U): Record<string, U> =>
    Object.fromEntries(Object.entries(record).map(([id, value]) => [id, by(value)]));
  return {
    rows,
    reference_group: reference,
    groups: groups.map(({ group, rows }) => ({
      group,
      rows,
      measures: of(measures, ({ groups }) => withReason(groups[group]!)),
    })),
    excluded: Object.entries(measures).flatMap(([measure, { excluded }]) =>
      excluded.map((group) => ({ measure, ...group })),
    ),
    measures: of(measures, (measure) => ({ ...disparities(measure), to_overall: disparities(measure.to_overall) })),
    criteria: of(criteria, disparities),
  };
}

/** Measures of a group that a table has room for. */
const SHOWN = ['selection_rate', 'true_positive_rate', 'false_positive_rate', 'precision', 'accuracy'];

function groupTable(column: string, side: Side): Block {
  if ('reason' in side) return { kind: 'text', text: `current: not measured, ${side.reason}`, tone: 'warn' };
  const ids = Object.keys(side.measures);
  const shown = SHOWN.some((id) => ids.includes(id)) ? SHOWN.filter((id) => ids.includes(id)) : ids.slice(0, 5);
  return {
    kind: 'table',
    title: `Groups by ${column}, current file`,
    head: ['group', 'rows', ...shown.map((id) => id.replaceAll('_', ' '))],
    rows: side.groups.map(({ group, rows, measures }) => ({
      cells: [group, count(rows), ...shown.map((id) => estimateText(measures[id] ?? null))],
    })),
  };
}

function criteriaTable(column: string, reference: Side, current: Side, worse: readonly string[]): Block {
  const difference = (side: Side, id: string) =>
    'reason' in side ? '–' : estimateText(side.criteria[id]?.difference ?? null);
  const ids = 'reason' in current ? [] : Object.keys(current.criteria);
  return {
    kind: 'table',
    title: `Largest difference between groups by ${column}`,
    head: ['criterion', 'reference', 'current', ''],
    rows: ids.map((id) => ({
      cells: [labelOf(id), difference(reference, id), difference(current, id), worse.includes(id) ? 'WORSE' : ''],
      ...(worse.includes(id) ? { tone: 'bad' as const } : {}),
    })),
  };
}

function smallGroups(side: Side): Block[] {
  if ('reason' in side) return [];
  const small = new Map(
    side.excluded.filter(({ reason }) => reason === 'too_few_rows').map(({ group, n }) => [group, n]),
  );
  if (small.size === 0) return [];
  const named = [...small.keys()].join(', ');
  return [{ kind: 'text', text: `too few rows to be compared: ${named}`, tone: 'dim' }];
}

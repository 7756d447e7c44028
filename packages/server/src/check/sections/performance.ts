import { z } from 'zod';
import { comparePerformance, type SideResult } from '../performance.ts';
import type { PerformanceDetail } from '../performance-detail.ts';
import { count, estimateText, figure, metricLabel } from '../render/words.ts';
import { absent, type Block, type LineChart, type Section } from '../section.ts';

const number = z.number().nullable();

const Estimate = z.object({ value: number, lower: number, upper: number, n: z.int(), reason: z.string().nullable() });

const points = <T extends z.ZodRawShape>(shape: T) => z.array(z.object(shape)).nullable();
const share = z.number();

const Detail = z
  .discriminatedUnion('task', [
    z.object({
      task: z.literal('binary'),
      confusion: z.object({ tp: share, fp: share, tn: share, fn: share }),
      roc: points({ threshold: number, false_positive_rate: share, true_positive_rate: share }),
      precision_recall: points({ threshold: z.number(), precision: share, recall: share }),
      gain: points({ share, gain: share, lift: z.number() }),
      calibration: points({ n: z.number(), mean_score: share, positive_share: share, lower: share, upper: share }),
      thresholds: z
        .object({
          suggestions: z.array(z.looseObject({ goal: z.string(), threshold: number })),
          curve: z.array(z.looseObject({ threshold: number })),
        })
        .nullable()
        .describe('Thresholds that would have served a goal best over these rows, and the curve that they come from.'),
      value: Estimate.nullable().describe('Mean worth of a row, by the values of --value.'),
    }),
    z.object({
      task: z.literal('multiclass'),
      labels: z.array(z.string()),
      matrix: z.array(z.array(z.number())).describe('Rows of a label (first index) predicted as another (second).'),
      classes: z.array(z.looseObject({ label: z.string() })),
      rescaled: z.number().describe('Rows whose probabilities were scaled to a sum of 1.'),
    }),
    z.object({ task: z.literal('regression') }),
  ])
  .nullable();

const Side = z.object({
  metrics: z.record(z.string(), Estimate).nullable(),
  reason: z.string().nullable(),
  detail: Detail,
});

const Performance = z.object({
  task: z.enum(['binary', 'multiclass', 'regression']),
  positive: z.string().nullable(),
  assumed: z.array(z.string()),
  worse: z
    .array(z.string())
    .describe(
      'Metrics that got worse beyond chance (95 % intervals apart, corrected over the metrics) and by a notable amount.',
    ),
  reference: Side,
  current: Side,
});
export type Performance = z.infer<typeof Performance>;

/** How right the model was in both files. */
export const performance: Section<Performance> = {
  title: 'Performance',
  schema: Performance,
  async measure({ engine, reference, current, options }) {
    const result = await comparePerformance(engine, reference, current, options);
    if (!result) return absent('no --label was given');
    return { ...result, reference: side(result.reference), current: side(result.current) };
  },
  findings: ({ worse }) => (worse.length > 0 ? [`worse than in the reference: ${worse.join(', ')}`] : []),
  cases: (result) =>
    rowsOf(result).map(({ id, reference, current, worse }) => ({
      name: id,
      passed: !worse,
      message: `${estimateText(current)}, reference ${estimateText(reference)}`,
    })),
  blocks(result) {
    const { task, assumed } = result;
    const taken = assumed.length > 0 ? `; taken: ${assumed.join(', ')}` : '';
    const rows = rowsOf(result).map(({ label, reference, current, worse }) => ({
      cells: [label, estimateText(reference), estimateText(current), worse ? 'WORSE' : ''],
      ...(worse ? { tone: 'bad' as const } : {}),
    }));
    return [
      { kind: 'text', text: `${task}${taken}; 95 % intervals`, tone: 'dim' },
      ...(['reference', 'current'] as const).flatMap((name) => {
        const { reason } = result[name];
        return reason ? [{ kind: 'text', text: `${name}: not measured, ${reason}`, tone: 'warn' } as const] : [];
      }),
      { kind: 'table', head: ['metric', 'reference', 'current', ''], rows },
      ...detailBlocks(result),
    ];
  },
};

type Detail = z.infer<typeof Detail>;

function side(result: SideResult): Performance['reference'] {
  if (!('metrics' in result)) return { metrics: null, reason: result.reason, detail: null };
  const metrics = Object.entries(result.metrics).map(([id, estimate]) => [id, withReason(estimate)]);
  return {
    metrics: Object.fromEntries(metrics),
    reason: null,
    detail: result.detail ? detailOf(result.detail) : null,
  };
}

const withReason = ({ reason, ...estimate }: { reason?: string } & Omit<z.infer<typeof Estimate>, 'reason'>) => ({
  ...estimate,
  reason: reason ?? null,
});

function detailOf(detail: PerformanceDetail): Detail {
  if (detail.task !== 'binary') return structuredClone(detail) as Detail;
  return { ...structuredClone(detail), value: detail.value ? withReason(detail.value) : null } as Detail;
}

/** The confusion matrices, suggested thresholds, and the curves of both files. */
function detailBlocks({ reference, current }: Performance): Block[] {
  const sides = { reference: reference.detail, current: current.detail };
  const named = Object.entries(sides) as ['reference' | 'current', Detail][];
  return [...named.flatMap(([name, detail]) => (detail ? matrixBlocks(name, detail) : [])), ...charts(sides)];
}

function matrixBlocks(name: string, detail: NonNullable<Detail>): Block[] {
  if (detail.task === 'regression') return [];
  if (detail.task === 'multiclass') {
    const { labels, matrix } = detail;
    const rows = labels.map((label, i) => ({ cells: [label, ...matrix[i]!.map(count)] }));
    return [
      {
        kind: 'table',
        title: `Confusion matrix, ${name} file: label by row, prediction by column`,
        head: ['', ...labels],
        rows,
      },
    ];
  }
  const { confusion, thresholds, value } = detail;
  const { tp, fp, tn, fn } = confusion;
  const blocks: Block[] = [
    {
      kind: 'table',
      title: `Confusion matrix, ${name} file`,
      head: ['', 'said yes', 'said no'],
      rows: [{ cells: ['is yes', count(tp), count(fn)] }, { cells: ['is no', count(fp), count(tn)] }],
    },
  ];
  if (value) blocks.push({ kind: 'text', text: `worth of a row, ${name} file: ${estimateText(value)}` });
  if (name === 'current' && thresholds && thresholds.suggestions.length > 0) {
    const goals = thresholds.suggestions.map(
      ({ goal, threshold }) => `${figure(threshold)} for ${goal.replaceAll('_', ' ')}`,
    );
    blocks.push({ kind: 'text', text: `thresholds that would have been best: ${goals.join(', ')}`, tone: 'dim' });
  }
  return blocks;
}

type Binary = Extract<NonNullable<Detail>, { task: 'binary' }>;

function charts(sides: Record<'reference' | 'current', Detail>): LineChart[] {
  const chart = (
    about: Pick<LineChart, 'title' | 'x' | 'y' | 'diagonal'>,
    points: (detail: Binary) => [number, number][] | undefined,
  ): LineChart[] => {
    const series = (['reference', 'current'] as const).flatMap((of) => {
      const detail = sides[of];
      const found = detail?.task === 'binary' ? points(detail) : undefined;
      return found && found.length > 0 ? [{ of, points: found }] : [];
    });
    return series.length > 0 ? [{ kind: 'lines', ...about, series }] : [];
  };
  return [
    ...chart({ title: 'Calibration', x: 'mean score', y: 'share of positives', diagonal: true }, ({ calibration }) =>
      calibration?.map((point) => [point.mean_score, point.positive_share]),
    ),
    ...chart({ title: 'ROC', x: 'false positive rate', y: 'true positive rate', diagonal: true }, ({ roc }) =>
      roc?.map((point) => [point.false_positive_rate, point.true_positive_rate]),
    ),
    ...chart({ title: 'Precision and recall', x: 'recall', y: 'precision' }, ({ precision_recall }) =>
      precision_recall?.map((point) => [point.recall, point.precision]),
    ),
    ...chart({ title: 'Gain', x: 'share of rows by score', y: 'share of positives', diagonal: true }, ({ gain }) =>
      gain?.map((point) => [point.share, point.gain]),
    ),
  ];
}

function rowsOf({ reference, current, worse }: Performance) {
  const ids = Object.keys(reference.metrics ?? current.metrics ?? {});
  return ids.map((id) => ({
    id,
    label: metricLabel(id),
    reference: reference.metrics?.[id] ?? null,
    current: current.metrics?.[id] ?? null,
    worse: worse.includes(id),
  }));
}

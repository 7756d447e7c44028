import { z } from 'zod';
import { comparePerformance, type SideResult } from '../performance.ts';
import { estimateText, metricLabel } from '../render/words.ts';
import { absent, type Section } from '../section.ts';

const number = z.number().nullable();

const Estimate = z.object({ value: number, lower: number, upper: number, n: z.int(), reason: z.string().nullable() });

const Side = z.object({ metrics: z.record(z.string(), Estimate).nullable(), reason: z.string().nullable() });

const Performance = z.object({
  task: z.enum(['binary', 'multiclass', 'regression']),
  positive: z.string().nullable(),
  assumed: z.array(z.string()),
  worse: z.array(z.string()).describe('Metrics whose 95% intervals lie apart, the current one on the bad side.'),
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
    ];
  },
};

function side(result: SideResult): Performance['reference'] {
  if (!('metrics' in result)) return { metrics: null, reason: result.reason };
  const metrics = Object.entries(result.metrics).map(([id, { reason, ...estimate }]) => [
    id,
    { ...estimate, reason: reason ?? null },
  ]);
  return { metrics: Object.fromEntries(metrics), reason: null };
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

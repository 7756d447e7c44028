import { z } from 'zod';
import { type EstimatedResult, estimateFiles } from '../estimated.ts';
import { estimateText, figure, metricLabel } from '../render/words.ts';
import { absent, type Section } from '../section.ts';

const number = z.number().nullable();

const Estimated = z.object({
  method: z.enum(['cbpe', 'dle', 'importance_weighted']),
  metrics: z
    .record(
      z.string(),
      z.object({
        value: number,
        lower: number,
        upper: number,
        n: z.int(),
        reason: z.string().nullable(),
        reference: number.describe('What the labels of the reference show.'),
        realized: number.describe('What the labels of the current file show, where it has them.'),
      }),
    )
    .describe('What the labels of the current file will probably show; empty where that is withdrawn.'),
  withdrawn: z.object({ code: z.string(), reason: z.string() }).nullable(),
  worse: z.array(z.string()).describe('Metrics whose 95% interval lies wholly on the bad side of the reference.'),
});
type Estimated = z.infer<typeof Estimated>;

/** How right the model probably is in a file without labels. */
export const estimated: Section<Estimated> = {
  title: 'Estimated performance',
  schema: Estimated,
  async measure(context) {
    const { estimate } = context.options;
    if (estimate === undefined) return absent('--estimate was not given');
    const result = await estimateFiles(context, estimate);
    return 'reason' in result ? absent(result.reason) : described(result);
  },
  findings: ({ worse }) =>
    worse.length > 0 ? [`estimated to be worse than in the reference: ${worse.join(', ')}`] : [],
  cases: ({ metrics, worse, withdrawn }) =>
    Object.entries(metrics).map(([id, { reference, ...found }]) => ({
      name: id,
      passed: withdrawn ? null : !worse.includes(id),
      message: `${estimateText(found)}, reference ${reference === null ? '–' : figure(reference)}`,
    })),
  blocks({ method, metrics, withdrawn, worse }) {
    if (withdrawn) return [{ kind: 'text', text: `${method}: withdrawn, ${withdrawn.reason}`, tone: 'warn' }];
    const shown = Object.values(metrics).some(({ realized }) => realized !== null);
    const rows = Object.entries(metrics).map(([id, { reference, realized, ...found }]) => ({
      cells: [
        metricLabel(id),
        reference === null ? '–' : figure(reference),
        estimateText(found),
        ...(shown ? [realized === null ? '–' : figure(realized)] : []),
        worse.includes(id) ? 'WORSE' : '',
      ],
      ...(worse.includes(id) ? { tone: 'bad' as const } : {}),
    }));
    return [
      { kind: 'text', text: `${method}, from the labels of the reference; 95 % intervals`, tone: 'dim' },
      { kind: 'table', head: ['metric', 'reference', 'estimated', ...(shown ? ['realised'] : []), ''], rows },
    ];
  },
};

function described({ method, metrics, reference, realised, withdrawn, worse }: EstimatedResult): Estimated {
  const entries = withdrawn ? [] : Object.entries(metrics);
  const described = entries.map(([id, { value, lower, upper, n, reason }]) => {
    const beside = { reference: reference[id] ?? null, realized: realised?.[id] ?? null };
    return [id, { value, lower, upper, n, reason: reason ?? null, ...beside }];
  });
  return { method, metrics: Object.fromEntries(described), withdrawn, worse };
}

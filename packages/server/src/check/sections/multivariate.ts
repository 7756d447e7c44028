import { z } from 'zod';
import type { JointComparison } from '../../monitoring/checks/multivariate/compare-rows.ts';
import { compareTogether, JOINT_METHODS, type JointMethod } from '../multivariate.ts';
import { absent, type Block, type Section } from '../section.ts';

const number = z.number().nullable();

const Method = z.object({
  method: z.enum(JOINT_METHODS),
  value: number,
  lower: number,
  upper: number,
  p_value: number,
  threshold: number,
  drifted: z.boolean().nullable().describe('null: it could not be judged, see reason.'),
  reason: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});

const Multivariate = z.object({
  methods: z.array(Method),
  separating: z
    .array(z.object({ column: z.string(), importance: z.number(), auc: number }))
    .describe('Columns by which the domain classifier tells the files apart, with the AUC of each alone.'),
  sampled: z.object({ reference: z.int(), current: z.int() }),
  seed: z.int(),
});
export type Multivariate = z.infer<typeof Multivariate>;
type Method = z.infer<typeof Method>;

const LABELS: Record<JointMethod, string> = {
  pca: 'PCA reconstruction error',
  domain_classifier: 'AUC of a domain classifier',
  mmd: 'Maximum mean discrepancy',
};

/** All features together: what no column shows alone. */
export const multivariate: Section<Multivariate> = {
  title: 'All features together',
  schema: Multivariate,
  async measure(context) {
    const { multivariate: methods } = context.options;
    if (!methods) return absent('--multivariate was not given');
    const watching = context.watch.step('comparing all columns together');
    const found = await compareTogether(context, methods).finally(() => watching.done());
    if (!found) return absent('fewer than two features are compared');
    const { compared, options } = found;
    return {
      methods: methods.map((method) => ROWS[method](compared)),
      separating: compared.domain?.columns.slice(0, 10) ?? [],
      sampled: compared.sampled,
      seed: options.seed,
    };
  },
  findings: ({ methods }) =>
    methods.flatMap(({ method, value, drifted }) =>
      drifted ? [`all features together: ${LABELS[method]} ${show(value)}`] : [],
    ),
  cases: ({ methods }) =>
    methods.map((method) => ({
      name: method.method,
      passed: method.drifted === null ? null : !method.drifted,
      message: `${LABELS[method.method]} ${show(method.value)}, threshold ${show(method.threshold)}${method.reason ? `; ${method.reason}` : ''}`,
    })),
  blocks({ methods, separating, sampled, seed }) {
    const rows = methods.map((method) => ({
      cells: [LABELS[method.method], show(method.value), interval(method), show(method.threshold), verdict(method)],
      ...(method.drifted ? { tone: 'bad' as const } : {}),
    }));
    const head = ['method', 'value', '95 % interval or p', 'threshold', ''];
    const blocks: Block[] = [{ kind: 'table', head, rows }];
    if (sampled.current > 0) {
      const text = `samples of ${sampled.reference} and ${sampled.current} rows, seed ${seed}`;
      blocks.push({ kind: 'text', text, tone: 'dim' });
    }
    if (methods.some(({ method, drifted }) => method === 'domain_classifier' && drifted)) {
      blocks.push({
        kind: 'table',
        title: 'What tells the files apart',
        head: ['column', 'importance', 'AUC alone'],
        rows: separating
          .filter(({ importance }) => importance > 0)
          .map(({ column, importance, auc }) => ({ cells: [column, show(importance), show(auc)] })),
      });
    }
    return blocks;
  },
};

const show = (value: number | null): string => (value === null ? '-' : String(Number(value.toPrecision(3))));

const interval = ({ lower, upper, p_value }: Method): string =>
  lower !== null && upper !== null ? `${show(lower)} to ${show(upper)}` : p_value === null ? '-' : `p ${show(p_value)}`;

const verdict = ({ drifted, reason }: Method): string => (drifted === null ? (reason ?? '') : drifted ? 'DRIFT' : '');

const NOTHING = { value: null, lower: null, upper: null, p_value: null, threshold: null, drifted: null, detail: {} };

const ROWS: Record<JointMethod, (compared: JointComparison) => Method> = {
  pca({ pca }) {
    if (!pca) return { ...NOTHING, method: 'pca', reason: 'the features do not vary together' };
    const { value, lower, upper, thresholds, drifted, reason = null, components, variance } = pca;
    return {
      ...{ method: 'pca', value, lower, upper, p_value: null, threshold: thresholds?.upper ?? null, drifted, reason },
      detail: { lower_threshold: thresholds?.lower ?? null, components, variance },
    };
  },
  domain_classifier({ domain }) {
    const { auc, lower, upper, threshold, drifted, reason = null } = domain!;
    return { ...NOTHING, method: 'domain_classifier', value: auc, lower, upper, threshold, drifted, reason };
  },
  mmd({ mmd }) {
    if (!mmd) return { ...NOTHING, method: 'mmd', reason: 'no values that can be compared' };
    const { unbiased, pValue, threshold, drifted, reason = null, biased, bandwidth, permutations } = mmd;
    return {
      ...{ ...NOTHING, method: 'mmd', value: unbiased, p_value: pValue, threshold, drifted, reason },
      detail: { biased, bandwidth, permutations },
    };
  },
};

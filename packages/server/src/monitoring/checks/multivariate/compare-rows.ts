import { judgeReconstruction, type ReconstructionJudgement } from '@leeway/stats';
import { quoted, type Warehouse } from '../../../warehouse/warehouse.ts';
import type { ComparedSamples, SampledValues } from './compare-samples.ts';
import { type Encoding, type JointColumn, type JointRows, learnEncodings } from './encode.ts';
import { countErrors, countMoments, type FittedPca, fitReference } from './reconstruction.ts';
import { runComparison } from './run-comparison.ts';

export interface JointOptions {
  methods: readonly ('pca' | 'domain_classifier' | 'mmd')[];
  /** Rows a side for the domain classifier. */
  sample: number;
  seed: number;
}

/** What is known of a reference once and for all. */
export interface JointReference {
  encodings: (Encoding | null)[];
  /** Population means and standard deviations of the encoded columns; null where there is none, or they are too large. */
  scaling: { means: readonly number[]; scales: number[] } | null;
  fitted: FittedPca | null;
}

export interface JointComparison extends ComparedSamples {
  pca: (ReconstructionJudgement & { n: number; components: number; variance: number }) | null;
  /** Rows a side that the samples hold. */
  sampled: { reference: number; current: number };
}

export async function learnReference(
  warehouse: Warehouse,
  reference: JointRows,
  columns: readonly JointColumn[],
): Promise<JointReference> {
  const encodings = await learnEncodings(warehouse, reference, columns);
  const moments = await countMoments(warehouse, reference, encodings);
  if (!moments) return { encodings, scaling: null, fitted: null };
  const scales = moments.covariance.map((row, i) => Math.sqrt(row[i]!) || 1);
  const fitted = await fitReference(warehouse, reference, encodings, moments);
  return { encodings, scaling: { means: moments.means, scales }, fitted };
}

/** Compares rows by all columns together, as `methods` says. The engine counts; samples are the same on every run. */
export async function compareRows(
  warehouse: Warehouse,
  rows: { reference: JointRows; current: JointRows },
  columns: readonly JointColumn[],
  { encodings, scaling, fitted }: JointReference,
  { methods, sample, seed }: JointOptions,
): Promise<JointComparison> {
  const pca = methods.includes('pca') && fitted ? await reconstruct(warehouse, rows.current, encodings, fitted) : null;
  const [domain, mmd] = [methods.includes('domain_classifier'), methods.includes('mmd')];
  if (!domain && !mmd) return { pca, domain: null, mmd: null, sampled: { reference: 0, current: 0 } };
  const [reference, current] = [
    await sampleRows(warehouse, rows.reference, columns, sample, seed),
    await sampleRows(warehouse, rows.current, columns, sample, seed),
  ];
  const scaled = scaling && { encodings, ...scaling };
  const samples = { columns, reference, current, scaling: scaled, seed, domain, mmd };
  const compared = await runComparison({ of: 'samples', samples });
  return { pca, ...compared, sampled: { reference: reference[0]?.length ?? 0, current: current[0]?.length ?? 0 } };
}

async function reconstruct(
  warehouse: Warehouse,
  current: JointRows,
  encodings: readonly (Encoding | null)[],
  { pca, reference, chunks }: FittedPca,
): Promise<JointComparison['pca']> {
  const [window] = await countErrors(warehouse, current, encodings, pca);
  const variance = pca.explainedVarianceRatio.reduce((sum, share) => sum + share, 0);
  return {
    ...judgeReconstruction(window!, reference, chunks),
    ...{ n: window!.n, components: pca.components.length, variance },
  };
}

/** The rows with the smallest hashes of their keys. */
async function sampleRows(
  warehouse: Warehouse,
  { sql, params }: JointRows,
  columns: readonly JointColumn[],
  sample: number,
  seed: number,
): Promise<SampledValues> {
  const values = columns.map(({ kind }, i) => (kind === 'numeric' ? `toFloat64(__v${i})` : `toString(__v${i})`));
  const found = await warehouse.query<Record<string, number | string | null>>(
    `SELECT ${values.map((value, i) => `${value} AS c${i}`).join(', ')} FROM ${sql}
     ORDER BY cityHash64(__k, ${quoted(String(seed))}), __k LIMIT ${sample}`,
    params,
    'check/multivariate',
  );
  return columns.map((_, i) => found.map((row) => row[`c${i}`] ?? null));
}

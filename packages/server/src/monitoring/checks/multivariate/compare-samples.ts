import {
  type DomainClassifierResult,
  domainClassifier,
  type MmdResult,
  maximumMeanDiscrepancy,
  type RowMatrix,
  type TreeFeature,
} from '@leeway/stats';
import { type Encoding, encode, type JointColumn } from './encode.ts';

/** Values of sampled rows by column: numbers, texts, null where missing. Plain data, so that it may go to another thread. */
export type SampledValues = ReadonlyArray<ReadonlyArray<number | string | null>>;

export interface SampleComparison {
  columns: readonly JointColumn[];
  reference: SampledValues;
  current: SampledValues;
  /** For rows as numbers: encodings by column, and what they are standardised by. */
  scaling: { encodings: readonly (Encoding | null)[]; means: readonly number[]; scales: readonly number[] } | null;
  seed: number;
  domain: boolean;
  mmd: boolean;
}

export interface ComparedSamples {
  domain: DomainClassifierResult | null;
  mmd: MmdResult | null;
}

/** Rows a side for the kernel test: its time and memory grow by the square. */
export const MMD_ROWS = 1_000;

/** Tells two samples of rows apart. Pure; takes seconds for ten thousand rows of twenty columns. */
export function compareSamples({
  columns,
  reference,
  current,
  scaling,
  seed,
  ...methods
}: SampleComparison): ComparedSamples {
  const referenceRows = reference[0]?.length ?? 0;
  const features = columns.map(({ name, kind }, i) => ({
    column: name,
    feature: treeFeature(kind, [...reference[i]!, ...current[i]!]),
  }));
  return {
    domain: methods.domain ? domainClassifier(features, referenceRows, { seed }) : null,
    mmd:
      methods.mmd && scaling
        ? maximumMeanDiscrepancy(matrix(reference, scaling), matrix(current, scaling), { seed })
        : null,
  };
}

function treeFeature(kind: JointColumn['kind'], values: SampledValues[number]): TreeFeature {
  if (kind === 'numeric') {
    return {
      kind: 'numeric',
      values: Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)),
    };
  }
  const codes = new Map<string, number>();
  const codeOf = (value: string) => codes.get(value) ?? codes.set(value, codes.size).get(value)!;
  return {
    kind: 'categorical',
    values: Int32Array.from(values, (value) => (value === null ? -1 : codeOf(String(value)))),
  };
}

function matrix(
  values: SampledValues,
  { encodings, means, scales }: NonNullable<SampleComparison['scaling']>,
): RowMatrix {
  const used = encodings.flatMap((encoding, i) => (encoding ? [{ of: encode(encoding), column: values[i]! }] : []));
  const rows = Math.min(MMD_ROWS, values[0]?.length ?? 0);
  const result = new Float64Array(rows * used.length);
  used.forEach(({ of, column }, j) => {
    for (let row = 0; row < rows; row++) result[row * used.length + j] = (of(column[row]) - means[j]!) / scales[j]!;
  });
  return { rows, columns: used.length, values: result };
}

import {
  type MmdResult,
  maximumMeanDiscrepancy,
  type RowMatrix,
  type TokenSet,
  textDomainClassifier,
} from '@leeway/stats';
import { type ComparedSamples, compareSamples, type SampleComparison } from './compare-samples.ts';

type TextDomain = ReturnType<typeof textDomainClassifier>;

/** What takes long to compute, as plain data. */
export type ComparisonTask =
  | { of: 'samples'; samples: SampleComparison }
  | { of: 'vectors'; reference: RowMatrix; current: RowMatrix; seed: number }
  | { of: 'texts'; texts: readonly TokenSet[]; referenceTexts: number; buckets: number; seed: number };

export type Compared<T extends ComparisonTask> = {
  samples: ComparedSamples;
  vectors: MmdResult;
  texts: TextDomain;
}[T['of']];

/** Pure. */
export function compare(task: ComparisonTask): ComparedSamples | MmdResult | TextDomain {
  switch (task.of) {
    case 'samples':
      return compareSamples(task.samples);
    case 'vectors':
      return maximumMeanDiscrepancy(task.reference, task.current, { seed: task.seed });
    case 'texts':
      return textDomainClassifier(task.texts, task.referenceTexts, task.buckets, { seed: task.seed });
  }
}

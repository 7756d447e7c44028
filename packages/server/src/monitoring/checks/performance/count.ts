import type { ModelConfig } from '@leeway/contract';
import type { PerformanceSummary } from '@leeway/stats';
import type { Params, Warehouse } from '../../../warehouse/warehouse.ts';
import { countBinary } from './count-binary.ts';
import { countMulticlass } from './count-multiclass.ts';
import { countRegression } from './count-regression.ts';

/** What has to be known of a model to count how right it was. */
export type ScoredModel = Pick<ModelConfig, 'task'> & { columns: Pick<ModelConfig['columns'], 'positive' | 'scores'> };

/**
 * Rows to be counted: SQL of a subquery with the columns `slice`, `label`, `prediction` and, of a binary model, `score`; of a
 * model with the probabilities of several classes `scores`, an array in their order, empty where they are missing.
 */
export interface LabelledSource {
  sql: string;
  params: Params;
  /** Whether the rows have a column `weight` to count them by; else each counts as 1. */
  weighted: boolean;
  /** A number near the mean of the label (regression): moments are taken about it. By default 0. */
  shift?: number;
}

/** What was counted of one slice; `coverage` is the share of the rows that have both label and prediction. */
export interface Counted {
  slice: string;
  summary: PerformanceSummary;
  coverage: number;
}

/** Counts rows, those without a label among them, slice by slice. */
export type Count = (warehouse: Warehouse, model: ScoredModel, source: LabelledSource) => Promise<Counted[]>;

export const COUNT: Record<ModelConfig['task'], Count> = {
  binary: countBinary,
  multiclass: countMulticlass,
  regression: countRegression,
};

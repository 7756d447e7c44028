import type { Correction, Direction } from '@leeway/stats';
import type { ConstraintsFile, StatisticsFile } from '../constraints/sagemaker-files.ts';
import type { ColumnsFile } from './columns-file.ts';
import type { EstimateOption } from './estimated.ts';
import type { FairnessCheckOptions } from './fairness.ts';
import type { JointMethod } from './multivariate.ts';

export interface CheckOptions extends FairnessCheckOptions {
  reference: string;
  current: string;
  columns?: ColumnsFile;
  tests?: string[];
  by?: string | undefined;
  exact?: boolean;
  /** Whether only a rise or only a fall is a drift, where a test can tell. */
  direction?: Direction | undefined;
  /** Whose variants of the distances and of the automatic choice are computed. */
  compatibility?: string | undefined;
  /** How performance without labels is estimated; not at all by default. */
  estimate?: EstimateOption | undefined;
  share?: number;
  correction?: Correction;
  /** How all features are compared together; not at all by default. */
  multivariate?: readonly JointMethod[] | undefined;
  /** By which the current file is judged, and what it is compared with in place of the reference file. */
  constraints?: ConstraintsFile | undefined;
  statistics?: StatisticsFile | undefined;
}

/** Told of the steps of a check, for a progress bar. */
export interface Watcher {
  step(label: string, total?: number): { tick(steps?: number): void; done(): void };
}

import type { ModelConfig, Run } from '@leeway/contract';
import type { Context } from '../context.ts';
import type { Runner } from '../gateway/runtime.ts';
import type { StoreTx } from '../store/open.ts';

/** Loads the ONNX file of a version. @throws when it cannot be run here. */
export type LoadScorer = (path: string, model: ModelConfig) => Promise<Scorer>;
export type Scorer = Pick<Runner, 'predict' | 'close'>;

/** What retraining needs besides the server's own. */
export interface RetrainingOptions {
  /** Default: the gateway's runtime. */
  loadScorer?: LoadScorer;
  /** Called in the transaction of every change of a run, so that what it writes commits with the change. */
  onRunChanged?(tx: StoreTx, run: Run): Promise<void>;
}

export interface RetrainingContext extends Context, Required<RetrainingOptions> {}

/** The actor on record for what nobody did. */
export const SYSTEM = 'leeway';

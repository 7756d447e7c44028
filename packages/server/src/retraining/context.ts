import type { ModelConfig } from '@leeway/contract';
import type { Context } from '../context.ts';
import type { Runner } from '../gateway/runtime.ts';
import type { Outbound } from '../platform/outbound.ts';

/** Loads the ONNX file of a version. @throws when it cannot be run here. */
export type LoadScorer = (path: string, model: ModelConfig) => Promise<Scorer>;
export type Scorer = Pick<Runner, 'predict' | 'close'>;

/** What retraining needs besides the server's own. */
export interface RetrainingOptions {
  /** Default: the gateway's runtime. */
  loadScorer?: LoadScorer;
  /** The way to executors outside. Default: one that reaches what is public. */
  outbound?: Outbound;
}

export interface RetrainingContext extends Context, Required<RetrainingOptions> {}

/** The actor on record for what nobody did. */
export const SYSTEM = 'leeway';

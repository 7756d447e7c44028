import type { Alert, ModelConfig } from '@leeway/contract';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { Retraining } from '../retraining/index.ts';

/** What actions use of the server. */
export interface ActionsContext extends Context {
  outbound: Outbound;
  retraining: Pick<Retraining, 'startRunInTx'>;
  /** Makes sure that a version can serve. @throws LeewayError */
  checkLoads: (version: import('@leeway/contract').VersionInfo) => Promise<void>;
}

export interface ActionGiven<Options> {
  /** Of the action: the same however often it is tried. */
  id: string;
  alert: Alert;
  model: ModelConfig;
  options: Options;
}

/** What is to be done, worked out before it is done: kept, shown to who approves, and done as it stands. */
export interface Plan {
  /** One sentence, such as "roll back flights from v7 to v6". */
  text: string;
  data: Record<string, unknown>;
}

export type ActionOutcome =
  | { outcome: 'done'; text: string }
  /** `retry`: it may go better later. */
  | { outcome: 'failed' | 'retry'; text: string };

/** A kind of action: one file in actions/kinds and one line in its index. */
export interface ActionKind<Options extends z.ZodObject = z.ZodObject> {
  type: string;
  label: string;
  description: string;
  options: Options;
  /** Whether to do it again, after a stop in the midst of it, is the same as to do it once. If not, a person is asked. */
  repeatable: boolean;
  /** Looks, and changes nothing. @throws LeewayError where it cannot be done. */
  plan(ctx: ActionsContext, given: ActionGiven<z.infer<Options>>): Promise<Plan>;
  run(
    ctx: ActionsContext,
    given: ActionGiven<z.infer<Options>>,
    plan: Plan,
    signal: AbortSignal,
  ): Promise<ActionOutcome>;
}

/** Keeps the type of the options between the schema and `run`, and forgets it for the registry. */
export const defineAction = <Options extends z.ZodObject>(kind: ActionKind<Options>): ActionKind =>
  kind as unknown as ActionKind;

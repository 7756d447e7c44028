import { type ExecutorConfig, LeewayError } from '@leeway/contract';
import { z } from 'zod';
import { builtin } from './builtin/index.ts';
import { command } from './command/index.ts';
import type { Executor } from './executor.ts';
import { REMOTE } from './remote.ts';

/** Every executor. Config check, API and CLI listings, forms and docs are made from this list. */
export const EXECUTORS: readonly Executor[] = [builtin, command, ...REMOTE];

/** The executor of a configuration with its options checked. @throws LeewayError `config_invalid`. */
export function executorOf(config: ExecutorConfig): { executor: Executor; options: never } {
  const { type, timeout: _, ...rest } = config;
  const executor = executorOfType(type);
  if (!executor) {
    const known = EXECUTORS.map((candidate) => candidate.type).join(', ');
    throw new LeewayError('config_invalid', `retrain.executor.type is "${type}"; there are ${known}`);
  }
  const parsed = executor.options.safeParse(rest);
  if (!parsed.success) {
    throw new LeewayError('config_invalid', `retrain.executor of type ${type}: ${z.prettifyError(parsed.error)}`);
  }
  return { executor, options: parsed.data as never };
}

export const executorOfType = (type: string): Executor | undefined =>
  EXECUTORS.find((candidate) => candidate.type === type);

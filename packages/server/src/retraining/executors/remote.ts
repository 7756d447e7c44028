import type { Executor } from './executor.ts';

/** The executors of other systems. */
export const REMOTE: readonly Executor<never>[] = [];

import type { z } from 'zod';
import type { ProgramExit } from '../../platform/run-program.ts';

/** What a trainer is given. */
export interface Training<O> {
  /** Folder of the run: its working folder unless the options say otherwise. */
  dir: string;
  /** The environment of the training contract. */
  env: Record<string, string>;
  options: O;
  /** Aborted when the run is cancelled, its time is up or the server stops: the trainer must be ended. */
  signal: AbortSignal;
  /** Each line that the trainer writes. */
  onLog(line: string): void;
}

export interface LocalExecutor<O = unknown> {
  type: string;
  label: string;
  /** Their output is `O`. */
  options: z.ZodType;
  /** Values of the options that no log may show. */
  secrets?(options: O): string[];
  /** Runs the trainer to its end. What a former try of the same run left running is ended first. */
  run(training: Training<O>): Promise<ProgramExit>;
}

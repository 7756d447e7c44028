import { z } from 'zod';
import { runProgram } from '../../../platform/run-program.ts';
import { programPath } from '../../program.ts';
import type { LocalExecutor as Executor } from '../local.ts';

const Options = z.strictObject({});

/** Our own trainer, a program under the training contract like any user's. */
export const builtin: Executor<z.infer<typeof Options>> = {
  type: 'builtin',
  label: 'Built-in trainer',
  options: Options,
  run: ({ dir, env, signal, onLog }) =>
    runProgram({ argv: [process.execPath, programPath('learner/main')], cwd: dir, dir, env, signal, onLog }),
};

import { z } from 'zod';
import { programPath } from '../../program.ts';
import { defineLocalExecutor } from '../local.ts';

const Options = z.strictObject({});

/** Our own trainer, a program under the training contract like any user's. */
export const builtin = defineLocalExecutor<z.infer<typeof Options>>({
  type: 'builtin',
  label: 'Built-in trainer',
  description: 'Trains a linear or logistic regression on the machine of the server.',
  options: Options,
  program: () => ({ argv: [process.execPath, programPath('learner/main')] }),
});

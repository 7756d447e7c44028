import { z } from 'zod';
import { runProgram } from '../../../platform/run-program.ts';
import type { LocalExecutor as Executor } from '../local.ts';

const Options = z.strictObject({
  command: z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .describe('The program with its arguments, as a list; a text is run by `sh -c`.'),
  cwd: z.string().optional().describe('Working folder. Default: the folder of the run.'),
  env: z.record(z.string(), z.string()).default({}).describe('Further environment variables.'),
});
type Options = z.infer<typeof Options>;

/** Variables with such names hold what no log may show. */
const SECRET_NAME = /token|secret|passw|credential|key|dsn/i;

/** Any program that follows the training contract, in any language. */
export const command: Executor<Options> = {
  type: 'command',
  label: 'Local command',
  options: Options,
  secrets: ({ env }) =>
    Object.entries(env)
      .filter(([name]) => SECRET_NAME.test(name))
      .map(([, value]) => value),
  run: ({ dir, env, options, signal, onLog }) =>
    runProgram({
      argv: typeof options.command === 'string' ? ['sh', '-c', options.command] : options.command,
      cwd: options.cwd ?? dir,
      dir,
      env: { ...options.env, ...env },
      signal,
      onLog,
    }),
};

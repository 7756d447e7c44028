import { z } from 'zod';
import { defineLocalExecutor } from '../local.ts';
import { secretValues } from '../secret-values.ts';

const Options = z.strictObject({
  command: z
    .union([z.string().min(1), z.array(z.string()).min(1)])
    .describe('The program with its arguments, as a list; a text is run by `sh -c`.'),
  cwd: z.string().optional().describe('Working folder. Default: the folder of the run.'),
  env: z.record(z.string(), z.string()).default({}).describe('Further environment variables.'),
});

/** Any program that follows the training contract, in any language. */
export const command = defineLocalExecutor<z.infer<typeof Options>>({
  type: 'command',
  label: 'Local command',
  description: 'Runs a program on the machine of the server; exit status 0 is success.',
  options: Options,
  secrets: ({ env }) => secretValues(env),
  program: ({ command, cwd, env }) => ({
    argv: typeof command === 'string' ? ['sh', '-c', command] : command,
    cwd,
    env,
  }),
});

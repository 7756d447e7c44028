import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Duration, durationMs } from '@leeway/contract';
import { z } from 'zod';
import { secret } from '../../notify/secret.ts';
import { runProgram } from '../../platform/run-program.ts';
import { defineAction } from '../kind.ts';

const KEPT_LINES = 20;
const KEPT_CHARACTERS = 2_000;

export const command = defineAction({
  type: 'command',
  label: 'Run a command',
  description: 'Runs a program on the machine of the server, without a shell. Exit status 0 is success.',
  options: z.strictObject({
    command: z.array(z.string()).min(1).describe('Program and arguments, one entry each.'),
    timeout: Duration.default('10m').describe('After this it is ended.'),
    env: secret(z.record(z.string(), z.string()).default({}).describe('Further variables of its environment.')),
  }),
  // Nobody knows how far it came.
  repeatable: false,
  async plan(_ctx, { options }) {
    return { text: `run ${options.command.map((part) => JSON.stringify(part)).join(' ')}`, data: {} };
  },
  async run(ctx, { id, alert, options }, _plan, signal) {
    const dir = join(ctx.dataDir, 'actions', id);
    await mkdir(dir, { recursive: true });
    const lines: string[] = [];
    const deadline = AbortSignal.timeout(durationMs(options.timeout));
    try {
      const { exitCode, signal: by } = await runProgram({
        argv: options.command,
        cwd: dir,
        dir,
        env: {
          ...options.env,
          LEEWAY_ACTION_ID: id,
          LEEWAY_ALERT_ID: alert.id,
          LEEWAY_MODEL: alert.model,
          LEEWAY_RULE: alert.rule,
          LEEWAY_SEVERITY: alert.severity,
          LEEWAY_METRIC: alert.metric,
          LEEWAY_VALUE: alert.value === null ? '' : String(alert.value),
          LEEWAY_VERSION: alert.version,
          LEEWAY_SUMMARY: alert.summary,
          LEEWAY_URL: ctx.publicUrl(),
        },
        signal: AbortSignal.any([signal, deadline]),
        onLog: (line) => {
          lines.push(line);
          if (lines.length > KEPT_LINES) lines.shift();
        },
      });
      const said = lines.join('\n').slice(-KEPT_CHARACTERS);
      const output = said === '' ? '' : `; it said: ${said}`;
      if (exitCode === 0) return { outcome: 'done', text: `the command ended well${output}` };
      const how = deadline.aborted ? `did not end within ${options.timeout}` : `ended with ${exitCode ?? by}`;
      return { outcome: 'failed', text: `the command ${how}${output}` };
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, linkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { endGroup, killGroup, markOf } from '../../platform/process-group.ts';
import { FILES, MOST_LOG_BYTES, type Program, type ProgramEnd } from './local-files.ts';

/**
 * The process between Leeway and a local trainer: it outlives the server, so that one that comes back finds the trainer still
 * running, or how it ended. Argument: the folder in which it notes things down. Standard input: the program, as JSON; with it
 * half sent, because the server died, nothing begins.
 */
const dir = process.argv[2]!;
const { argv, cwd, env, timeoutMs }: Program = JSON.parse(await text(process.stdin));

// Whoever claims the folder first runs the program: a second supervisor of the same training leaves it alone.
const mark = join(dir, `${FILES.claim}.${process.pid}`);
writeFileSync(mark, JSON.stringify(markOf(process.pid)));
try {
  linkSync(mark, join(dir, FILES.claim));
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  process.exit(0);
} finally {
  rmSync(mark, { force: true });
}

const log = join(dir, FILES.log);
writeFileSync(log, '', { flag: 'a' });
let room = MOST_LOG_BYTES - statSync(log).size;
function write(chunk: Buffer): void {
  if (room <= 0) return;
  appendFileSync(log, chunk.subarray(0, room));
  room -= chunk.length;
  if (room <= 0) appendFileSync(log, '\n[the log ends here: it is too long]\n');
}

function end(how: ProgramEnd): never {
  const partial = join(dir, `${FILES.end}.partial`);
  writeFileSync(partial, JSON.stringify(how), { flush: true });
  renameSync(partial, join(dir, FILES.end));
  process.exit(0);
}

const [file, ...args] = argv;
const child = spawn(file!, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
child.on('error', (error) => {
  if (child.pid === undefined) {
    end({
      exitCode: null,
      signal: null,
      stopped: null,
      error: `"${file}" could not be started in ${cwd}: ${error.message}`,
    });
  }
});
const { pid } = child;
if (pid !== undefined) {
  writeFileSync(join(dir, FILES.program), JSON.stringify(markOf(pid)));
  child.stdout.on('data', write);
  child.stderr.on('data', write);
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  let stopped: ProgramEnd['stopped'] = null;
  const stop = (why: 'cancelled' | 'timed_out') => {
    stopped ??= why;
    void endGroup(pid, exited);
  };
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => stop('cancelled'));
  setTimeout(() => stop('timed_out'), Math.min(timeoutMs, 2_147_483_647)).unref();
  const closed = Promise.all([once(child.stdout, 'close'), once(child.stderr, 'close')]);
  const [exitCode, signal] = await exited;
  killGroup(pid, 'SIGKILL'); // what it left behind, which may hold the pipes open too
  await closed;
  end({ exitCode, signal, stopped, error: null });
}

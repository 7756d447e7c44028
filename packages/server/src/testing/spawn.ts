import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';

const SERVER = join(import.meta.dirname, '../..');
const built = new Map<string, Promise<string>>();

/**
 * A program of `testing/programs` as one file that Node runs by itself: tests that kill processes need processes. Made once
 * per test file, beneath the package, so that it finds its dependencies.
 */
function bundle(program: string): Promise<string> {
  const present = built.get(program);
  if (present) return present;
  const promise = (async () => {
    const folder = join(SERVER, '.cache', 'testing');
    mkdirSync(folder, { recursive: true });
    const made = await rolldown({
      input: join(import.meta.dirname, 'programs', program),
      platform: 'node',
      external: /^(?!\.|\/|@leeway\/)/,
      resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
      logLevel: 'silent',
    });
    const file = join(folder, `${basename(program, '.ts')}-${process.pid}.mjs`);
    await made.write({ file, format: 'es', codeSplitting: false });
    await made.close();
    process.once('exit', () => rmSync(file, { force: true }));
    return file;
  })();
  built.set(program, promise);
  return promise;
}

/** Starts a program of `testing/programs`; it can be spoken to by messages. */
export async function spawnProgram(
  program: string,
  args: string[] = [],
  options: ForkOptions = {},
): Promise<ChildProcess> {
  const file = program.endsWith('.ts') ? await bundle(program) : join(import.meta.dirname, 'programs', program);
  return fork(file, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: [], ...options });
}

/** The next message of a program. Rejects if it ends first. */
export async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const ended = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: ended.signal }).then(([message]) => message as T),
      once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
        throw new Error(`the program ended (${code ?? signal})`);
      }),
    ]);
  } finally {
    ended.abort();
  }
}

/** Ends a program at once, as a power cut would, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

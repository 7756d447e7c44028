import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { endGroup, readMark, stillRuns } from '../../platform/process-group.ts';
import { inheritedEnvironment } from '../../platform/run-program.ts';
import { programPath } from '../program.ts';
import { type Executor, ExecutorError, type Handle, type Look, type Ticket } from './executor.ts';
import { FILES, type Program, type ProgramEnd } from './local-files.ts';

/** How long one look waits for the end; then others have their turn. */
const LOOK_MS = 1_000;
const FIRST_LOOK_MS = 10;
/** How long a supervisor may take to say that it is there. */
const START_MS = 20_000;
const PAGE_BYTES = 262_144;

interface LocalExecutor<O> {
  type: string;
  label: string;
  description: string;
  options: z.ZodType;
  secrets?(options: O): string[];
  /** What to run; `cwd` is the folder of the run unless it says otherwise. */
  program(options: O, ticket: Ticket): { argv: string[]; cwd?: string | undefined; env?: Record<string, string> };
}

/** A trainer on this machine, under a supervisor that outlives the server: see supervise.ts. */
export function defineLocalExecutor<O>({ program, ...about }: LocalExecutor<O>): Executor<O> {
  return {
    ...about,
    remote: false,
    parallel: true,
    pollMs: 0,
    async start(ctx, options, ticket) {
      await mkdir(ticket.dir, { recursive: true });
      const { argv, cwd, env } = program(options, ticket);
      await supervise(ticket.dir, {
        argv,
        cwd: cwd ?? join(ticket.dir, '..'),
        env: { ...inheritedEnvironment(), ...env, ...ticket.env, LEEWAY_TOKEN: ticket.token },
        timeoutMs: Math.max(1, ticket.deadline - ctx.clock.now()),
      });
      const mark = await readMark(join(ticket.dir, FILES.claim));
      return { handle: { host: hostname(), dir: ticket.dir }, nativeId: String(mark?.pid ?? ''), url: null };
    },
    async look({ signal }, _options, handle) {
      const dir = folderOf(handle);
      for (let waited = 0, pause = FIRST_LOOK_MS; ; waited += pause, pause = Math.min(2 * pause, 200)) {
        const found = await stateIn(dir);
        if (found.state !== 'running' || waited >= LOOK_MS || signal.aborted) return found;
        await wait(pause);
      }
    },
    async cancel(_ctx, _options, handle) {
      const dir = folderOf(handle);
      if (await endOf(dir)) return;
      const mark = await readMark(join(dir, FILES.claim));
      if (!mark || !stillRuns(mark)) return;
      // The supervisor alone: it ends the trainer and tells how.
      process.kill(mark.pid, 'SIGTERM');
      for (let waited = 0; waited < LOOK_MS && !(await endOf(dir)); waited += 20) await wait(20);
    },
    async logs(_ctx, _options, handle, cursor) {
      const from = Number(cursor ?? 0);
      const file = await open(join(folderOf(handle), FILES.log)).catch(() => null);
      if (!file) return { lines: [], cursor };
      try {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, from);
        const over = (await endOf(folderOf(handle))) !== null && bytesRead < PAGE_BYTES;
        // A line that is still being written waits for its end.
        const end = over || bytesRead === PAGE_BYTES ? bytesRead : buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
        if (end === 0) return { lines: [], cursor };
        const lines = buffer.subarray(0, end).toString('utf8').replace(/\n$/, '').split('\n');
        return { lines, cursor: String(from + end) };
      } finally {
        await file.close();
      }
    },
  };
}

/** Begins a supervisor and waits until one has claimed the folder: this one, or the one of a former try. */
async function supervise(dir: string, program: Program): Promise<void> {
  const claim = join(dir, FILES.claim);
  if (await readMark(claim)) return;
  const child = spawn(process.execPath, [programPath('retraining/executors/supervise'), dir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: inheritedEnvironment(),
  });
  const failed = once(child, 'error').then(([error]) => {
    throw new ExecutorError('transient', `no process could be begun: ${(error as Error).message}`);
  });
  failed.catch(() => {});
  let over = false;
  child.once('exit', () => {
    over = true;
  });
  child.stdin.on('error', () => {}); // it ended before it had read all: the claim tells why
  child.stdin.end(JSON.stringify(program));
  child.unref();
  for (let waited = 0; waited < START_MS; waited += 10) {
    if (await readMark(claim)) return;
    if (over && !(await readMark(claim))) break;
    await Promise.race([wait(10), failed]);
  }
  throw new ExecutorError('transient', 'the process that keeps watch over the trainer did not begin');
}

function folderOf({ host, dir }: Handle): string {
  if (host !== hostname())
    throw new ExecutorError('transient', `the trainer runs on ${host}, and this is another machine`);
  return dir!;
}

async function endOf(dir: string): Promise<ProgramEnd | null> {
  const text = await readFile(join(dir, FILES.end), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as ProgramEnd);
}

async function stateIn(dir: string): Promise<Look> {
  // In this order: a supervisor that ends between the two looks has written how.
  const mark = await readMark(join(dir, FILES.claim));
  const runs = mark !== null && stillRuns(mark);
  const end = await endOf(dir);
  if (end) return stateOf(end);
  if (runs) return { state: 'running', native: 'running' };
  // Its supervisor was killed: nobody will ever know how it ended, so that it must not go on.
  const orphan = await readMark(join(dir, FILES.program));
  if (orphan && stillRuns(orphan)) await endGroup(orphan.pid, () => stillRuns(orphan));
  return { state: 'failed', native: 'lost', reason: 'its process was killed from outside' };
}

function stateOf({ exitCode, signal, stopped, error }: ProgramEnd): Look {
  if (error !== null) return { state: 'failed', native: 'not started', reason: error };
  const native = signal ? `ended by ${signal}` : `exit status ${exitCode}`;
  if (exitCode === 0) return { state: 'succeeded', native };
  if (stopped) return { state: stopped, native };
  return { state: 'failed', native, reason: native };
}

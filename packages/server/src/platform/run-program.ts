import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LeewayError } from '@leeway/contract';
import { endGroup, killGroup, markOf, type ProcessMark, readMark, stillRuns } from './process-group.ts';

export interface ProgramExit {
  /** 0 is success; null when a signal ended it. */
  exitCode: number | null;
  signal: string | null;
}

export interface Program {
  argv: string[];
  cwd: string;
  /** Folder of the run, where the process is noted down so that another server finds it. */
  dir: string;
  env: Record<string, string>;
  signal: AbortSignal;
  onLog(line: string): void;
}

/** What a program has from our own environment: what programs need to be found and to run, and no secret of the server. */
const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'TZ',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'LD_LIBRARY_PATH',
  'PYTHONPATH',
  'PYTHONHOME',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'CUDA_VISIBLE_DEVICES',
  'OMP_NUM_THREADS',
];

export function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/**
 * Runs a program in a process group of its own, and ends the whole group when the signal is aborted: SIGTERM, and SIGKILL
 * for what is left after 5 s.
 */
export async function runProgram({ argv, cwd, dir, env, signal, onLog }: Program): Promise<ProgramExit> {
  const pidFile = join(dir, 'trainer.pid');
  await endOrphan(pidFile);
  signal.throwIfAborted();

  const [file, ...args] = argv;
  const child = spawn(file!, args, {
    cwd,
    env: { ...inheritedEnvironment(), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const failed = once(child, 'error').then(([error]) => {
    throw new LeewayError('trainer_failed', `"${file}" could not be started in ${cwd}: ${(error as Error).message}`);
  });
  const { pid } = child;
  if (pid === undefined) return failed;
  failed.catch(() => {}); // an error after the start is one of killing it
  writeFileSync(pidFile, JSON.stringify(markOf(pid)));
  const outputs = [child.stdout, child.stderr].map((stream) => {
    const lines = createInterface({ input: stream });
    lines.on('line', onLog);
    return once(lines, 'close');
  });

  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const stop = () => void endGroup(pid, exited);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [exitCode, byReason] = await exited;
    killGroup(pid, 'SIGKILL'); // what it left behind, which may hold the pipes open too
    await Promise.all(outputs);
    return { exitCode, signal: byReason };
  } finally {
    signal.removeEventListener('abort', stop);
    await rm(pidFile, { force: true });
  }
}

/** Ends the trainer that a server which is gone has left running. */
async function endOrphan(pidFile: string): Promise<void> {
  const mark: ProcessMark | null = await readMark(pidFile);
  if (mark && stillRuns(mark)) await endGroup(mark.pid, () => stillRuns(mark));
  await rm(pidFile, { force: true });
}

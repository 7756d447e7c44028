import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** A process, told from a later one of the same number by the time at which it began. */
export interface ProcessMark {
  pid: number;
  started: string;
}

/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 5_000;
const LOOK_MS = 50;

export function markOf(pid: number): ProcessMark {
  return { pid, started: startOf(pid) ?? '' };
}

export async function readMark(path: string): Promise<ProcessMark | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessMark;
  } catch {
    return null;
  }
}

export const stillRuns = ({ pid, started }: ProcessMark): boolean => started !== '' && startOf(pid) === started;

/** Sends a signal to every process of the group; to have none left is fine. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Asks a process group to end, and ends it by force if its leader is still there after a while. */
export async function endGroup(pid: number, leader: Promise<unknown> | (() => boolean)): Promise<void> {
  killGroup(pid, 'SIGTERM');
  if (typeof leader === 'function') {
    for (let waited = 0; waited < GRACE_MS && leader(); waited += LOOK_MS) await wait(LOOK_MS);
  } else {
    const over = new AbortController();
    await Promise.race([leader, wait(GRACE_MS, undefined, { signal: over.signal }).catch(() => {})]);
    over.abort();
  }
  killGroup(pid, 'SIGKILL');
}

/** When a process began, in whatever form the system tells it; null when there is none. A zombie does not run. */
function startOf(pid: number): string | null {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
    }
    // The name in parentheses may hold anything; the fields after it begin with the state, field 3.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[22 - 3]}`;
  } catch {
    return null;
  }
}

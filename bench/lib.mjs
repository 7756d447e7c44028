// What the benches share: whole processes measured, ratios, a table at the end. A bare time says little; a ratio in one run says
// something.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { peerPython } from '../scripts/peers.mjs';

export const quick = process.argv.includes('--quick');
/** Whether the peers are measured too: they are installed from the package index the first time. */
export const peers = process.argv.includes('--peers');

const results = [];

/**
 * Keeps a result: ours beside a bare engine or a peer in the same run, in the same unit. `bare` is null where it was not
 * measured. `memoryMb` is `[ours, theirs]`.
 */
export function result(
  name,
  { ours, bare, against = 'the bare engine', unit, want, higherIsBetter = true, memoryMb = null, note = '' },
) {
  const ratio = bare === null ? null : higherIsBetter ? ours / bare : bare / ours;
  results.push({ name, ours, bare, against, unit, ratio, want: want ?? null, memoryMb, note });
  const beside =
    ratio === null
      ? `${against} was not measured`
      : `against ${format(bare)} ${unit} of ${against}, ratio ${ratio.toFixed(2)}${want ? ` (wanted ${want})` : ''}`;
  const memory = memoryMb ? `; ${memoryMb[0]} MB${memoryMb[1] ? ` against ${memoryMb[1]} MB` : ''}` : '';
  console.error(`${name}: ${format(ours)} ${unit} ${beside}${memory} ${note}`);
}

export async function timed(work) {
  const began = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1000 };
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const peakMemoryMb = () => Math.round(process.resourceUsage().maxRSS / 1024);

export function report() {
  console.log(JSON.stringify({ quick, node: process.version, peakMemoryMb: peakMemoryMb(), results }, null, 2));
}

/** Python with a peer in it, where peers are asked for and it can be had; otherwise null, and why is said. */
export function peer(name) {
  if (!peers) return null;
  const { python = null, reason } = peerPython(name);
  if (!python) console.error(`${name} is not measured: ${reason}`);
  return python;
}

/** A program from start to end: `{stdout, wall, cpu, rss}`, in seconds and in megabytes at the peak. */
export async function measureProcess(command, args, { allowed = [0] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-time-'));
  try {
    const log = join(folder, 'time.txt');
    const timer = existsSync('/usr/bin/time');
    const began = performance.now();
    const child = timer
      ? spawn('/usr/bin/time', ['-f', '%e %U %S %M', '-o', log, command, ...args])
      : spawn(command, args);
    let stdout = '';
    let stderr = '';
    let peak = 0;
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const poll = setInterval(async () => {
      // Without GNU time, Linux still knows the peak of a running process.
      const status = timer ? '' : await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    }, 20);
    const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    clearInterval(poll);
    const wall = (performance.now() - began) / 1000;
    if (!allowed.includes(code)) throw new Error(`${command} ${args[0]} ended with ${code}: ${stderr.slice(-2000)}`);
    if (!timer) return { stdout, wall, cpu: null, rss: peak ? Math.round(peak / 1024) : null };
    const [, user, system, kilobytes] = readFileSync(log, 'utf8').trim().split('\n').at(-1).split(' ').map(Number);
    return { stdout, wall, cpu: user + system, rss: Math.round(kilobytes / 1024) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function format(value) {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

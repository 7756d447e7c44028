// What the scripts share: run a program, find out what has to be made anew, say what is going on.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

export const say = (text) => process.stderr.write(`${text}\n`);

/** Runs a program to its end with its output shown; resolves to its exit status. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}

/** The same, with its output kept; for short programs. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('exit', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a step with a line before and after it; ends the process if it fails. */
export async function step(text, command, args, options) {
  const began = Date.now();
  say(`• ${text} ...`);
  const code = await run(command, args, options);
  if (code !== 0) {
    say(`✗ ${text} failed (exit status ${code})`);
    process.exit(code);
  }
  say(`✓ ${text} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

/** Installs the dependencies if they are not there, or not those of the lockfile. */
export async function install() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    say(`Leeway needs Node 20.19 or newer; this is ${process.version}`);
    process.exit(1);
  }
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  const wanted = join(ROOT, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  // Not `npm ci`: it refuses a lockfile without the binaries of every platform, and each of them is wanted on its own only.
  await step('installing dependencies', 'npm', ['install', '--no-save', '--no-audit', '--no-fund']);
}

/** Builds what is older than its sources, or everything. */
export async function build({ everything = false } = {}) {
  const built = join(ROOT, 'packages/server/dist/cli/main.js');
  const dashboard = join(ROOT, 'packages/web/dist/index.html');
  const sources = ['stats', 'contract', 'client', 'server'].map((name) => join(ROOT, 'packages', name, 'src'));
  if (everything || olderThan(built, sources)) {
    await step('building the server', 'node', [
      join(ROOT, 'node_modules/typescript/bin/tsc'),
      '-b',
      // The compiler trusts its notes of the last build, so where outputs are gone it has to be told.
      ...(everything || !existsSync(built) ? ['--force'] : []),
      'packages/server',
      'packages/client',
    ]);
    // The compiler leaves alone what has not changed: the time on this file says when all of it was last built.
    utimesSync(built, new Date(), new Date());
    chmodSync(built, 0o755);
  }
  if (everything || olderThan(dashboard, [join(ROOT, 'packages/web/src'), join(ROOT, 'packages/contract/src')])) {
    await step('building the dashboard', 'npm', ['run', 'build', '--workspace', '@leeway/web', '--silent']);
  }
}

function olderThan(target, folders) {
  if (!existsSync(target)) return true;
  const made = statSync(target).mtimeMs;
  return folders.some((folder) => newest(folder) > made);
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return latest;
}

// npm run bench [-- --quick] [-- --peers] [NAME ...]: benches in processes of their own, all of them or those named; ends with
// "N passed, N failed". With --peers the peers are measured beside, on the same data in the same run, and
// docs/reference/performance.md is written anew from the latest results of each bench.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { build, install, ROOT, say } from '../scripts/lib.mjs';
import { performancePage } from './page.mjs';

/** In the order in which the page shows them. */
const BENCHES = ['check', 'scale', 'profile', 'detect', 'estimate', 'explain', 'ingest', 'gateway', 'alerts'];

const CACHE = join(ROOT, '.cache/bench');

await install();
await build();
const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith('--'));
const named = args.filter((arg) => !arg.startsWith('--'));
const kept = args.includes('--peers') && !args.includes('--quick');
mkdirSync(CACHE, { recursive: true });
let passed = 0;
let failed = 0;
for (const name of named.length > 0 ? named : BENCHES) {
  say(`\n• bench ${name}`);
  const { code, stdout } = await output('node', [`bench/${name}.mjs`, ...options]);
  if (code === 0) passed += 1;
  else failed += 1;
  if (code === 0 && kept) writeFileSync(join(CACHE, `${name}.json`), stdout);
}
const files = BENCHES.map((name) => join(CACHE, `${name}.json`));
if (kept && files.every((file) => existsSync(file))) {
  const results = files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')).results);
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
  writeFileSync(join(ROOT, 'docs/reference/performance.md'), performancePage(results, machine));
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Runs a program with its stderr shown and its stdout kept. */
function output(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout }));
  });
}

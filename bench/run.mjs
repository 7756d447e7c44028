// npm run bench [-- --quick] [-- --peers]: every bench in a process of its own; ends with "N passed, N failed". With --peers the
// peers are measured beside, on the same data in the same run, and docs/reference/performance.md is written anew.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { build, install, ROOT, say } from '../scripts/lib.mjs';
import { performancePage } from './page.mjs';

/** In the order in which the page shows them. */
const BENCHES = ['check', 'scale', 'profile', 'detect', 'estimate', 'ingest', 'gateway'];

await install();
await build();
const args = process.argv.slice(2);
let passed = 0;
let failed = 0;
const results = [];
for (const name of BENCHES) {
  say(`\n• bench ${name}`);
  const { code, stdout } = await output('node', [`bench/${name}.mjs`, ...args]);
  if (code === 0) {
    passed += 1;
    results.push(...JSON.parse(stdout).results.map((result) => ({ bench: name, ...result })));
  } else failed += 1;
}
if (args.includes('--peers') && failed === 0) {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
  writeFileSync(
    join(ROOT, 'docs/reference/performance.md'),
    performancePage(results, { machine, quick: args.includes('--quick') }),
  );
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

// npm run bench [-- --quick]: every bench in a process of its own; ends with "N passed, N failed".
import { build, install, run, say } from '../scripts/lib.mjs';

await install();
await build();
const args = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const name of ['ingest', 'check', 'gateway']) {
  say(`\n• bench ${name}`);
  if ((await run('node', [`bench/${name}.mjs`, ...args])) === 0) passed += 1;
  else failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

// npm run conformance:refresh [NAME ...]: runs the scripts in conformance/ again, which ask the peers and write the vectors that
// the tests read. Needs Python and, the first time, the package index; `npm test` needs neither. Without a name, all of them.
//
// A script says which packages it needs in a line "Needs: a, b" of its docstring; the environment is the first one that has them.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, run, say } from './lib.mjs';
import { peerPython, requirementsOf } from './peers.mjs';

const folder = join(ROOT, 'conformance');
const packagesOf = (text) =>
  text
    .split(/[\s,]+/)
    .map((word) => word.replace(/==.*$/, '').toLowerCase())
    .filter(Boolean);
const environments = readdirSync(join(folder, 'requirements'))
  .sort()
  .map((file) => basename(file, '.txt'))
  .map((name) => ({ name, has: packagesOf(readFileSync(requirementsOf(name), 'utf8')) }));

const asked = process.argv.slice(2);
const scripts = readdirSync(folder).filter((file) => file.endsWith('.py'));
const chosen = asked.length === 0 ? scripts : asked.map((name) => `${basename(name, '.py')}.py`);
let passed = 0;
let failed = 0;
for (const file of chosen) {
  const problem = await refresh(file);
  if (problem) say(`✗ ${file}: ${problem}`);
  else say(`✓ ${file}`);
  if (problem) failed += 1;
  else passed += 1;
}
await run(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', 'conformance']);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function refresh(file) {
  if (!scripts.includes(file)) return `there is no such script; there are ${scripts.join(', ')}`;
  const needs = /^Needs: (.*)$/m.exec(readFileSync(join(folder, file), 'utf8'))?.[1];
  if (!needs) return 'it has no line "Needs: ..."';
  const wanted = packagesOf(needs);
  const environment = environments.find(({ has }) => wanted.every((name) => has.includes(name)));
  if (!environment) return `no environment in conformance/requirements has all of ${wanted.join(', ')}`;
  const { python, reason } = peerPython(environment.name);
  if (!python) return reason;
  const code = await run(python, ['-W', 'ignore', join('conformance', file)]);
  return code === 0 ? null : `ended with ${code}`;
}

// npm run conformance:refresh [NAME ...]: runs the scripts in conformance/ again, which ask the peers and write the vectors that
// the tests read, and writes docs/reference/conformance.md. Needs Python and, the first time, the package index; `npm test` needs
// neither. Without a name, all of them.
//
// A script says which packages it needs in a line "Needs: a, b" of its docstring, or in several, "Needs WHAT: a, b", where it is
// run once for each with WHAT as its argument. The environment is the first of conformance/requirements that has them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, run, say } from './lib.mjs';
import { table } from './markdown.mjs';
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
  say(problem ? `✗ ${file}: ${problem}` : `✓ ${file}`);
  if (problem) failed += 1;
  else passed += 1;
}
await run(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', 'conformance']);
writeFileSync(join(ROOT, 'docs/reference/conformance.md'), page());
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

async function refresh(file) {
  if (!scripts.includes(file)) return `there is no such script; there are ${scripts.join(', ')}`;
  const needs = [...readFileSync(join(folder, file), 'utf8').matchAll(/^Needs(?: (\w+))?: (.*)$/gm)];
  if (needs.length === 0) return 'it has no line "Needs: ..."';
  for (const [, what, packages] of needs) {
    const wanted = packagesOf(packages);
    const environment = environments.find(({ has }) => wanted.every((name) => has.includes(name)));
    if (!environment) return `no environment in conformance/requirements has all of ${wanted.join(', ')}`;
    const { python, reason } = peerPython(environment.name);
    if (!python) return reason;
    const code = await run(python, ['-W', 'ignore', join('conformance', file), ...(what ? [what] : [])]);
    if (code !== 0) return `ended with ${code}`;
  }
  return null;
}

/** What each file of vectors holds, and where its numbers come from. */
function page() {
  const rows = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      const document = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const parts = document.source === undefined ? Object.entries(document) : [['', document]];
      return parts
        .filter(([, part]) => part?.source !== undefined)
        .map(([part, { source, ...vectors }]) => [
          `\`${file}\`${part ? `, ${part}` : ''}`,
          [source].flat().join('; '),
          String(numbersIn(vectors)),
        ]);
    });
  return `<!-- Made by \`npm run conformance:refresh\`; not to be edited. -->
# Conformance

Every statistic is checked against the library that users know it from. The vectors are JSON files in \`conformance/\`, inputs
and expected values; \`npm test\` reads them and needs no Python. \`npm run conformance:refresh\` asks the peers again, in the
versions of \`conformance/requirements\`.

| | agrees within |
|---|---|
| statistics, with scipy | 1e-9 relative |
| exact p-values; asymptotic ones | 1e-9; 1e-6 from some hundred rows on ([where less](statistics/drift.md)) |
| metrics, with scikit-learn | 1e-12 |
| fairness, with Fairlearn and Aequitas | 1e-12 |
| corrections and thresholds, with statsmodels and NannyML | 1e-12 |
| CBPE on the same calibration, with NannyML | 1e-6 |
| SHAP values of trees, with shap | 1e-6 ([how](statistics/explanations.md)) |
| detectors, with River | fires at the same index |

Where a peer is wrong, or means something else by the same name, its page says so with the proof:
[drift](statistics/drift.md), [detectors](statistics/detectors.md), [performance](statistics/performance.md),
[fairness](statistics/fairness.md), [estimation](statistics/estimation.md), [multivariate](statistics/multivariate.md).

${table(['vectors', 'source', 'numbers'], rows)}
`;
}

function numbersIn(value) {
  if (typeof value === 'number') return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum, member) => sum + numbersIn(member), 0);
}

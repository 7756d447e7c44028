// npm test: installs what the tests need, builds, and runs them: units first, then stores, then stories, then the browser.
// Ends with "N passed, N failed, N skipped". What can't be had here is skipped, and said.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './chromium.mjs';
import { build, install, ROOT, run, say } from './lib.mjs';
import * as mailServer from './mail-server.mjs';
import * as postgresql from './postgres.mjs';
import * as monitoring from './prometheus.mjs';

await install();
await build();

const missing = [];
const env = { ...process.env };
const postgres = await postgresql.startPostgres();
if (postgres) env.LEEWAY_TEST_POSTGRES = postgres.url;
else missing.push(`the stores on PostgreSQL: ${postgresql.reason}`);
const prometheus = await monitoring.startPrometheus();
if (prometheus) Object.assign(env, prometheus.env);
else missing.push(`Prometheus and Alertmanager: ${monitoring.reason}`);
const mail = await mailServer.startMailServer();
if (mail) env.LEEWAY_TEST_MAIL = mail.folder;
else missing.push(`mail over a real server: ${mailServer.reason}`);
const chromium = await findChromium();
if (chromium.path) env.LEEWAY_CHROMIUM = chromium.path;
else missing.push(`the dashboard in a browser: ${chromium.reason}`);

const folder = mkdtempSync(join(tmpdir(), 'leeway-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  for (const project of ['unit', 'db', 'acceptance']) {
    say(`\n• ${project} tests`);
    const report = join(folder, `${project}.json`);
    const args = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      project,
      '--reporter',
      'default',
      '--reporter',
      'json',
      '--outputFile.json',
      report,
    ];
    const code = await run('node', [...args, ...process.argv.slice(2)], { cwd: ROOT, env });
    add(report, code);
  }
} finally {
  await postgres?.stop();
  await mail?.stop();
  await prometheus?.stop();
  rmSync(folder, { recursive: true, force: true });
}
for (const what of missing) say(`skipped: ${what}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** A runner that ends badly without saying which test failed counts as one failure. */
function add(report, code) {
  let failed = 0;
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    total.passed += numPassedTests;
    total.skipped += numPendingTests + numTodoTests;
    failed =
      numFailedTests +
      testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  } catch {
    failed = 1;
  }
  total.failed += code !== 0 ? Math.max(1, failed) : failed;
}

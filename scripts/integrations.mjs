// npm run test:integrations [PATTERN ...]: tests with real peers. Installs those that the tests want into environments of their
// own, starts them on loopback, runs the project "integrations" and ends them. A peer that can't be had here is skipped and said;
// with CI=true that is a failure. Ends with "N passed, N failed, N skipped". `--lock` writes the versions anew; `--keep` leaves the
// peers running until Ctrl-C, and prints the variables that name them.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { lock, makeEnvironment } from './integrations/environments.mjs';
import { PEERS } from './integrations/peers.mjs';
import { install, ROOT, run, say, step } from './lib.mjs';

const [flags, patterns] = [true, false].map((flag) =>
  process.argv.slice(2).filter((arg) => arg.startsWith('--') === flag),
);
if (flags.includes('--lock')) await lock();
else await main();

async function main() {
  await install();
  if (!flags.includes('--keep')) await buildServer();
  const files = readdirSync(join(ROOT, 'packages'), { recursive: true })
    .filter((path) => path.endsWith('.integration.test.ts') && !/node_modules|dist/.test(path))
    .map((path) => join(ROOT, 'packages', path))
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)));
  const wants = new Map(
    files.map((path) => [path, new Set(readFileSync(path, 'utf8').match(/LEEWAY_TEST_[A-Z0-9_]+/g))]),
  );
  const peers = PEERS.filter(({ variables }) =>
    variables.some((name) => [...wants.values()].some((wanted) => wanted.has(name))),
  );

  const folder = mkdtempSync(join(tmpdir(), 'leeway-integrations-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // What is running ends with this process, however it ends: see Processes.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  const env = { ...process.env };
  const stops = [];
  const missing = new Map();
  let code = 1;
  const report = join(folder, 'report.json');
  try {
    // One after the other: two cores are soon busy, and a peer that starts slowly looks like one that does not start.
    for (const peer of peers) {
      const trouble = await start(peer, join(folder, peer.environment), env, stops);
      if (trouble) say(`✗ ${trouble}`);
      if (trouble) for (const name of peer.variables) missing.set(name, trouble);
    }
    if (flags.includes('--keep')) await keep(env);
    code = await test(report, env);
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
  conclude({ report, code, wants, missing });
}

/** Programs of the server run as they were built, in tests as well. */
function buildServer() {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return step('building the server', process.execPath, [tsc, '-b', 'packages/server']);
}

/** Null, or why the peer can't be had. */
async function start({ title, environment: name, start }, folder, env, stops) {
  const { folder: environment, seconds, reason } = await makeEnvironment(name);
  if (reason) return reason;
  const began = Date.now();
  try {
    const { env: found, stop } = await start({ environment, folder });
    Object.assign(env, found);
    if (stop) stops.push(stop);
    const installed = seconds === null ? 'was installed' : `installed in ${seconds.toFixed(0)} s`;
    say(`✓ ${title}: ${installed}${stop ? `, started in ${((Date.now() - began) / 1000).toFixed(0)} s` : ''}`);
    return null;
  } catch (error) {
    return `${title} did not start: ${error.message}`;
  }
}

function test(report, env) {
  const reporters = ['--reporter', 'default', '--reporter', 'json', '--outputFile.json', report];
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'integrations', '--passWithNoTests'];
  return run('node', [...args, ...reporters, ...patterns], { cwd: ROOT, env });
}

function keep(env) {
  for (const [name, value] of Object.entries(env)) if (name.startsWith('LEEWAY_TEST_')) console.log(`${name}=${value}`);
  return new Promise(() => setInterval(() => {}, 60_000));
}

function conclude({ report, code, wants, missing }) {
  let total = { numPassedTests: 0, numFailedTests: code === 0 ? 0 : 1, numPendingTests: 0, numTodoTests: 0 };
  try {
    total = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    // It ended before it could tell.
  }
  let failed = code === 0 ? total.numFailedTests : Math.max(1, total.numFailedTests);
  for (const [path, names] of wants) {
    for (const why of new Set([...names].flatMap((name) => missing.get(name) ?? []))) {
      console.log(`skipped: ${relative(ROOT, path)}, in whole or in part: ${why}`);
    }
  }
  // Where everything is meant to be there, what is not there is broken.
  if (process.env.CI === 'true') failed += new Set(missing.values()).size;
  console.log(
    `${total.numPassedTests} passed, ${failed} failed, ${total.numPendingTests + total.numTodoTests} skipped`,
  );
  process.exitCode = failed > 0 ? 1 : 0;
}

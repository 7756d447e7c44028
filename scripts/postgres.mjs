// A PostgreSQL of its own for tests: Debian's programs, a new cluster under .cache/, a free loopback port.
// `node scripts/postgres.mjs` starts one, prints its address and ends it at Ctrl-C.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, say } from './lib.mjs';

const OLDEST = 15;
const LIBRARY = '/usr/lib/postgresql';

/** Why the last call of `startPostgres` gave null. */
export let reason = '';

/**
 * Starts an empty PostgreSQL. Null where none can be had; `reason` then says why.
 * @param {{ install?: boolean }} options `install: false` never calls apt-get.
 * @returns {Promise<{ url: string, stop: () => Promise<void> } | null>}
 */
export async function startPostgres({ install = process.env.LEEWAY_NO_INSTALL === undefined } = {}) {
  reason = '';
  const bin =
    findBinaries() ?? (install ? installBinaries() : none(`no PostgreSQL ${OLDEST} or newer under ${LIBRARY}`));
  if (!bin) return null;
  const user = unprivileged();
  if (!user) return none('the server refuses to run as root, and there is no user postgres');
  const folder = clusterFolder(user);
  const as = { ...user, stdio: ['ignore', 'pipe', 'pipe'], cwd: folder };
  const data = join(folder, 'data');
  const init = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'leeway', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    as,
  );
  if (init.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return none(`initdb failed: ${lastLine(init.stderr) || init.error?.message}`);
  }
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'fsync=off',
      '-c',
      'max_connections=200',
    ],
    as,
  );
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk) => (output = (output + chunk).slice(-4000)));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const kill = () => server.kill('SIGQUIT'); // children too; nothing here is worth a clean shutdown
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    if (server.exitCode === null && server.signalCode === null) kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 100; tries++) {
    if (server.exitCode !== null) break;
    const ready = spawnSync(join(bin, 'pg_isready'), [
      '-q',
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      'leeway',
      '-d',
      'postgres',
    ]);
    if (ready.status === 0) return { url: `postgres://leeway@127.0.0.1:${port}/postgres`, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  return none(`the server did not start: ${lastLine(output)}`);
}

function none(why) {
  reason = why;
  return null;
}

const lastLine = (output) =>
  String(output ?? '')
    .trim()
    .split('\n')
    .at(-1);

/** The newest PostgreSQL that is installed, if it is new enough. */
function findBinaries() {
  if (!existsSync(LIBRARY)) return null;
  const versions = readdirSync(LIBRARY)
    .map(Number)
    .filter((version) => version >= OLDEST)
    .sort((a, b) => b - a);
  const found = versions
    .map((version) => join(LIBRARY, String(version), 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  return found ?? null;
}

function installBinaries() {
  if (process.getuid?.() !== 0)
    return none(`no PostgreSQL ${OLDEST} or newer under ${LIBRARY}, and only root can install one`);
  if (spawnSync('apt-get', ['--version']).status !== 0) return none('there is no apt-get to install PostgreSQL with');
  say('• installing PostgreSQL ...');
  // The package would start a cluster of its own; nobody here asks for it.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', 'postgresql'],
  ]) {
    const done = spawnSync('apt-get', args, { env, timeout: 300_000 });
    if (done.status !== 0) return none(`apt-get ${args[0]} failed: ${lastLine(done.stderr) || done.error?.message}`);
  }
  return findBinaries() ?? none(`apt-get installed no PostgreSQL ${OLDEST} or newer`);
}

/** Whom the server runs as: root is refused by PostgreSQL, so `postgres` stands in. Null where there is no such user. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  try {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return null;
  }
}

/** A folder for the cluster: under .cache/, unless the user cannot reach that. */
function clusterFolder({ uid, gid }) {
  const cache = join(ROOT, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(uid === undefined || reachable(cache) ? cache : tmpdir(), 'postgres-'));
  if (uid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

/** Whether everybody may pass through a folder and all above it. */
function reachable(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = await startPostgres();
  if (!started) {
    say(`✗ ${reason}`);
    process.exit(1);
  }
  process.stdout.write(`${started.url}\n`);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
  await started.stop();
}

// A Prometheus and an Alertmanager of their own for tests: Debian's programs, data under .cache/, free loopback ports.
// `node scripts/prometheus.mjs` starts both, prints how to reach them and ends them at Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, say } from './lib.mjs';
import { freePort } from './postgres.mjs';

const PACKAGES = ['prometheus', 'prometheus-alertmanager'];
const CACHE = join(ROOT, '.cache', 'prometheus');
/** Debian's Alertmanager reads its templates from here and nowhere else, whatever its configuration says. */
const TEMPLATES = '/usr/share/prometheus/alertmanager';

/** Why the last call of `startPrometheus` gave null. */
export let reason = '';

/**
 * Starts both; Prometheus sends its alerts to Alertmanager. Null where they cannot be had; `reason` then says why.
 *
 * `folder` is Prometheus's: it scrapes the targets in `targets/*.json` every second, with the bearer token in `token`, and takes
 * rules from `rules/*.yml` when told to by POST /-/reload. Alertmanager keeps what it gets, and tells nobody.
 * @param {{ install?: boolean }} options `install: false` never calls apt-get.
 * @returns {Promise<{ prometheus: string, alertmanager: string, folder: string, env: Record<string, string>, stop: () => Promise<void> } | null>}
 */
export async function startPrometheus({ install = process.env.LEEWAY_NO_INSTALL === undefined } = {}) {
  reason = '';
  const bin = findBinaries() ?? (install ? unpackBinaries() : none('prometheus and alertmanager are not installed'));
  if (!bin || !haveTemplates(bin.alertmanager)) return null;
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'run-'));
  for (const name of ['targets', 'rules']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'token'), '');
  const [prometheusPort, alertmanagerPort] = [await freePort(), await freePort()];
  const alertmanager = start(bin.alertmanager, folder, alertmanagerPort, 'alertmanager.yml', alertmanagerConfig(), [
    `--storage.path=${join(folder, 'alertmanager')}`,
    // By itself: no gossip, and no port for it.
    '--cluster.listen-address=',
  ]);
  const prometheus = start(
    bin.prometheus,
    folder,
    prometheusPort,
    'prometheus.yml',
    prometheusConfig(folder, alertmanagerPort),
    [`--storage.tsdb.path=${join(folder, 'prometheus')}`, '--storage.tsdb.retention.time=1d', '--web.enable-lifecycle'],
  );
  const stop = async () => {
    await Promise.all([prometheus.stop(), alertmanager.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  for (const [name, server] of [
    ['alertmanager', alertmanager],
    ['prometheus', prometheus],
  ]) {
    if (await server.ready()) continue;
    await stop();
    return none(`${name} did not start: ${server.output()}`);
  }
  const env = {
    LEEWAY_TEST_PROMETHEUS: prometheus.url,
    LEEWAY_TEST_PROMETHEUS_FOLDER: folder,
    LEEWAY_TEST_ALERTMANAGER: alertmanager.url,
    ...(bin.promtool && { LEEWAY_TEST_PROMTOOL: bin.promtool }),
  };
  return { prometheus: prometheus.url, alertmanager: alertmanager.url, folder, env, stop };
}

function start(program, folder, port, file, config, args) {
  writeFileSync(join(folder, file), config);
  const child = spawn(
    program,
    [`--config.file=${join(folder, file)}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder },
  );
  let output = '';
  child.on('error', (error) => (output = error.message));
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (output = (output + chunk).slice(-2000)));
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  const kill = () => child.kill('SIGKILL'); // nothing here is worth a clean shutdown
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    output: () => output.trim().split('\n').at(-1),
    async ready() {
      for (let tries = 0; tries < 200 && child.exitCode === null && child.signalCode === null; tries++) {
        const answer = await fetch(`${url}/-/ready`).catch(() => null);
        if (answer?.ok) return true;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return false;
    },
    async stop() {
      process.removeListener('exit', kill);
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) kill();
      await ended;
    },
  };
}

const alertmanagerConfig = () => `route:
  receiver: nobody
receivers:
  - name: nobody
`;

const prometheusConfig = (folder, alertmanagerPort) => `global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files:
  - ${JSON.stringify(join(folder, 'rules', '*.yml'))}
alerting:
  alertmanagers:
    - static_configs:
        - targets: ['127.0.0.1:${alertmanagerPort}']
scrape_configs:
  - job_name: leeway
    authorization:
      credentials_file: ${JSON.stringify(join(folder, 'token'))}
    file_sd_configs:
      - files:
          - ${JSON.stringify(join(folder, 'targets', '*.json'))}
        refresh_interval: 1s
`;

function none(why) {
  reason = why;
  return null;
}

/** Where Debian or somebody else has put them, or an earlier call has unpacked them. */
function findBinaries() {
  for (const folder of [...(process.env.PATH ?? '').split(':'), join(CACHE, 'usr/bin')].filter(Boolean)) {
    const prometheus = join(folder, 'prometheus');
    const alertmanager = ['prometheus-alertmanager', 'alertmanager']
      .map((name) => join(folder, name))
      .find((path) => existsSync(path));
    const promtool = join(folder, 'promtool');
    if (alertmanager && existsSync(prometheus))
      return { prometheus, alertmanager, promtool: existsSync(promtool) ? promtool : null };
  }
  return null;
}

/** Puts the templates of unpacked packages where the program looks for them. */
function haveTemplates(alertmanager) {
  const unpacked = join(CACHE, TEMPLATES);
  if (!alertmanager.startsWith(CACHE) || !existsSync(unpacked) || existsSync(join(TEMPLATES, 'default.tmpl')))
    return true;
  try {
    cpSync(unpacked, TEMPLATES, { recursive: true });
    return true;
  } catch (error) {
    return none(`alertmanager wants its templates in ${TEMPLATES}, which cannot be written: ${error.message}`);
  }
}

/** Fetches Debian's packages and unpacks them into the cache: nothing is installed, and no service is started. */
function unpackBinaries() {
  if (spawnSync('apt-get', ['--version']).status !== 0 || spawnSync('dpkg', ['--version']).status !== 0) {
    return none('there is no apt-get to fetch prometheus and prometheus-alertmanager with');
  }
  say('• fetching Prometheus and Alertmanager ...');
  const packages = join(CACHE, 'packages');
  mkdirSync(packages, { recursive: true });
  const download = () => spawnSync('apt-get', ['download', '-q', ...PACKAGES], { cwd: packages, timeout: 300_000 });
  let done = download();
  if (done.status !== 0 && process.getuid?.() === 0) {
    spawnSync('apt-get', ['update', '-q'], { timeout: 300_000 });
    done = download();
  }
  if (done.status !== 0) {
    return none(
      `apt-get download failed: ${
        String(done.stderr ?? '')
          .trim()
          .split('\n')
          .at(-1) || done.error?.message
      }`,
    );
  }
  for (const file of readdirSync(packages).filter((name) => name.endsWith('.deb'))) {
    const unpacked = spawnSync('dpkg', ['-x', join(packages, file), CACHE]);
    if (unpacked.status !== 0) return none(`dpkg could not unpack ${file}`);
  }
  rmSync(packages, { recursive: true, force: true });
  return findBinaries() ?? none('the packages have no prometheus and alertmanager');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = await startPrometheus();
  if (!started) {
    say(`✗ ${reason}`);
    process.exit(1);
  }
  for (const [name, value] of Object.entries(started.env)) process.stdout.write(`${name}=${value}\n`);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
  await started.stop();
}

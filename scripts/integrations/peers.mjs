// The peers that the tests with LEEWAY_TEST_* variables want. Each is made by a function of its environments and a folder, and
// gives the variables by which it is found.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ROOT } from '../lib.mjs';
import { programOf, pythonOf } from './environments.mjs';
import { ask, freePorts, Processes } from './servers.mjs';

const USER = 'leeway';
const PASSWORD = 'integration-password';
/** A machine that is busy with other things is slow, and that is no mistake of the peer. */
const READY_MS = 600_000;
const EXECUTORS = join(ROOT, 'packages/server/src/retraining/executors');
/** The Python client is not installed: tests are to see it as it is. */
const CLIENT = join(ROOT, 'clients/python/src');

/**
 * @typedef {object} Peer
 * @property {string} title
 * @property {string} environment integrations/NAME.txt
 * @property {string[]} variables Of the tests that want it.
 * @property {(stage: { environment: string, folder: string }) => Promise<{ env: object, stop?: () => Promise<void> }>} start
 */

/** @type {Peer[]} */
export const PEERS = [
  {
    title: 'Airflow 3',
    environment: 'airflow3',
    variables: ['LEEWAY_TEST_AIRFLOW3_URL'],
    start: (stage) => startAirflow(stage, 3),
  },
  {
    title: 'Airflow 2',
    environment: 'airflow2',
    variables: ['LEEWAY_TEST_AIRFLOW2_URL'],
    start: (stage) => startAirflow(stage, 2),
  },
  { title: 'Prefect 3', environment: 'prefect', variables: ['LEEWAY_TEST_PREFECT_URL'], start: startPrefect },
  { title: 'Dagster', environment: 'dagster', variables: ['LEEWAY_TEST_DAGSTER_URL'], start: startDagster },
  { title: 'MLflow', environment: 'mlflow', variables: ['LEEWAY_TEST_MLFLOW_URL'], start: startMlflow },
  { title: 'DVC and moto', environment: 'data', variables: ['LEEWAY_TEST_VENV_DATA'], start: python },
  { title: 'scikit-learn', environment: 'ml', variables: ['LEEWAY_TEST_VENV_ML'], start: python },
];

async function python({ environment }) {
  return {
    env: { [environment.includes('/data-') ? 'LEEWAY_TEST_VENV_DATA' : 'LEEWAY_TEST_VENV_ML']: pythonOf(environment) },
  };
}

/** What a Python program is to see: its environment first, and nothing of the settings of who runs the tests. */
function environmentOf(environment, further) {
  const { HOME, LANG, TMPDIR, PATH, SSL_CERT_FILE, REQUESTS_CA_BUNDLE } = process.env;
  const kept = Object.entries({ HOME, LANG, TMPDIR, SSL_CERT_FILE, REQUESTS_CA_BUNDLE }).filter(([, value]) => value);
  return {
    ...Object.fromEntries(kept),
    PATH: `${dirname(pythonOf(environment))}${delimiter}${PATH}`,
    PYTHONPATH: CLIENT,
    PYTHONUNBUFFERED: '1',
    NO_PROXY: '127.0.0.1,localhost',
    ...further,
  };
}

/** With SQLite: a web server, a scheduler that runs tasks itself, and with version 3 a process that reads the DAGs. */
async function startAirflow({ environment, folder }, version) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const dags = join(folder, 'dags');
  mkdirSync(dags, { recursive: true });
  for (const from of [join(ROOT, 'examples/airflow/dags'), join(EXECUTORS, 'airflow/testdata/dags')]) {
    cpSync(from, dags, { recursive: true });
  }
  const files = readdirSync(dags).filter((name) => name.endsWith('.py')).length;
  const passwords = join(folder, 'passwords.json');
  writeFileSync(passwords, JSON.stringify({ [USER]: PASSWORD }));
  const env = environmentOf(environment, {
    AIRFLOW_HOME: folder,
    AIRFLOW__CORE__DAGS_FOLDER: dags,
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__PARALLELISM: '2',
    AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
    AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME: '0.2',
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: 'False',
    ...(version === 3
      ? {
          AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS: `${USER}:admin`,
          AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE: passwords,
          AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `${url}/execution/`,
          AIRFLOW__API__BASE_URL: url,
          AIRFLOW__API_AUTH__JWT_SECRET: 'a secret for tests, which is as long as Airflow wants it to be: 64 bytes',
          // Short, so that tests see a token run out.
          AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME: '20',
          AIRFLOW__API_AUTH__JWT_LEEWAY: '0',
          AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL: '5',
          // On a busy machine, five seconds are not much between a task and the web server.
          AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT: '60',
        }
      : {
          AIRFLOW__API__AUTH_BACKENDS: 'airflow.api.auth.backend.basic_auth',
          AIRFLOW__WEBSERVER__SECRET_KEY: 'a secret for tests',
          // Its first start writes some hundred permissions.
          AIRFLOW__WEBSERVER__WEB_SERVER_MASTER_TIMEOUT: '600',
          AIRFLOW__WEBSERVER__WEB_SERVER_WORKER_TIMEOUT: '600',
        }),
  });
  const airflow = programOf(environment, 'airflow');
  const processes = new Processes(folder);
  try {
    await processes.run('migrate', airflow, ['db', 'migrate'], env);
    const host = ['127.0.0.1', '--port', String(port), '--workers', '1'];
    if (version === 3) {
      processes.start('api-server', airflow, ['api-server', '--host', ...host], env);
      processes.start('dag-processor', airflow, ['dag-processor'], env);
    } else {
      const user = ['--username', USER, '--password', PASSWORD, '--role', 'Admin', '--email', 'leeway@example.org'];
      await processes.run('user', airflow, ['users', 'create', '-f', 'Lee', '-l', 'Way', ...user], env);
      processes.start('webserver', airflow, ['webserver', '--hostname', ...host], env);
    }
    processes.start('scheduler', airflow, ['scheduler', '--skip-serve-logs'], env);
    await processes.until(() => airflowReady(url, version, files), 'Airflow', READY_MS);
  } catch (error) {
    await processes.stop();
    throw error;
  }
  const name = `LEEWAY_TEST_AIRFLOW${version}`;
  return {
    env: { [`${name}_URL`]: url, [`${name}_USER`]: USER, [`${name}_PASSWORD`]: PASSWORD },
    stop: () => processes.stop(),
  };
}

/** Once it schedules, and has read every file. */
async function airflowReady(url, version, files) {
  const health = await ask(`${url}${version === 3 ? '/api/v2/monitor' : '/api/v1'}/health`);
  if (health?.scheduler?.status !== 'healthy') return false;
  const json = { 'content-type': 'application/json' };
  const login = { method: 'POST', headers: json, body: JSON.stringify({ username: USER, password: PASSWORD }) };
  const authorization =
    version === 3
      ? `Bearer ${(await ask(`${url}/auth/token`, login))?.access_token}`
      : `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  const found = await ask(`${url}/api/v${version - 1}/dags`, { headers: { authorization } });
  return found?.total_entries >= files;
}

/** With two runners: one of the shipped flow, one of the flows of the tests. */
async function startPrefect({ environment, folder }) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/api`;
  const env = environmentOf(environment, {
    PREFECT_HOME: folder,
    PREFECT_API_URL: url,
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    PREFECT_SERVER_API_AUTH_STRING: `${USER}:${PASSWORD}`,
    PREFECT_API_AUTH_STRING: `${USER}:${PASSWORD}`,
    PREFECT_RUNNER_POLL_FREQUENCY: '1',
    DO_NOT_TRACK: '1',
  });
  const processes = new Processes(folder);
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  const deployed = (name) => ask(`${url}/deployments/name/${name}`, { headers: { authorization } });
  try {
    const serve = ['server', 'start', '--host', '127.0.0.1', '--port', String(port)];
    processes.start('server', programOf(environment, 'prefect'), serve, env);
    await processes.until(async () => (await ask(`${url}/health`)) !== null, 'Prefect', READY_MS);
    processes.start('shipped', pythonOf(environment), [join(ROOT, 'examples/prefect/flow.py')], env);
    processes.start('flows', pythonOf(environment), [join(EXECUTORS, 'prefect/testdata/flows.py')], env);
    const both = async () => (await deployed('leeway-retrain/leeway')) && (await deployed('probe/leeway'));
    await processes.until(both, 'the runners of Prefect', READY_MS);
  } catch (error) {
    await processes.stop();
    throw error;
  }
  return {
    env: { LEEWAY_TEST_PREFECT_URL: url, LEEWAY_TEST_PREFECT_USER: USER, LEEWAY_TEST_PREFECT_PASSWORD: PASSWORD },
    stop: () => processes.stop(),
  };
}

async function startDagster({ environment, folder }) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'dagster.yaml'), 'telemetry:\n  enabled: false\n');
  const env = environmentOf(environment, { DAGSTER_HOME: folder, DAGSTER_DISABLE_TELEMETRY: '1' });
  const processes = new Processes(folder);
  const jobs = join(EXECUTORS, 'dagster/testdata/jobs.py');
  const query = JSON.stringify({ query: '{ instance { daemonHealth { allDaemonStatuses { healthy } } } }' });
  try {
    const args = ['dev', '-h', '127.0.0.1', '-p', String(port), '-f', jobs];
    processes.start('dagster', programOf(environment, 'dagster'), args, env);
    const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: query };
    const ready = async () => (await ask(`${url}/graphql`, asked))?.data !== undefined;
    await processes.until(ready, 'Dagster', READY_MS);
  } catch (error) {
    await processes.stop();
    throw error;
  }
  return { env: { LEEWAY_TEST_DAGSTER_URL: url }, stop: () => processes.stop() };
}

async function startMlflow({ environment, folder }) {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const env = environmentOf(environment, { MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' });
  const processes = new Processes(folder);
  const store = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`];
  const artifacts = ['--artifacts-destination', join(folder, 'artifacts'), '--serve-artifacts'];
  try {
    const args = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...store, ...artifacts];
    processes.start('mlflow', programOf(environment, 'mlflow'), args, env);
    await processes.until(async () => (await ask(`${url}/health`)) !== null, 'MLflow', READY_MS);
  } catch (error) {
    await processes.stop();
    throw error;
  }
  return { env: { LEEWAY_TEST_MLFLOW_URL: url }, stop: () => processes.stop() };
}

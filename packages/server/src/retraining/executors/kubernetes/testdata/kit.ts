// Large: loaded here, so that no test has to wait for it.
import '@kubernetes/client-node';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionState } from '@leeway/contract';
import { onTestFinished } from 'vitest';
import type { ExecutorKit } from '../../testdata/executor-kit.ts';
import { type FakeCall, fields, only, Refused, startFake } from '../../testdata/fake-http.ts';

const states: Record<string, ExecutionState> = {
  Created: 'queued',
  Pending: 'queued',
  Active: 'running',
  SuccessCriteriaMet: 'running',
  FailureTarget: 'running',
  Suspended: 'paused',
  Terminating: 'cancelling',
  Complete: 'succeeded',
  Failed: 'failed',
  DeadlineExceeded: 'timed_out',
};
const TOKEN = 'kubernetes-token-0123456789';
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

interface Env {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef: { name: string; key: string } };
}

interface Job {
  name: string;
  uid: string;
  native: string;
  env: Env[];
  lines: string[];
}

/** The API server of a cluster with one namespace. */
export const kit: ExecutorKit = {
  type: 'kubernetes',
  states,
  cancelledAs: 'cancelling',
  running: 'Active',
  logs: true,
  async open() {
    const jobs: Job[] = [];
    const secrets = new Map<string, Record<string, string>>();
    let expired = false;
    let deleted = false;
    let made = 0;
    const newest = () => jobs.at(-1)!;

    const answer = (call: FakeCall) => {
      if (expired || call.headers['authorization'] !== `Bearer ${TOKEN}`) throw failure(401, 'Unauthorized');
      const [, group, kind, name, sub] =
        /^(\/api\/v1|\/apis\/batch\/v1)\/namespaces\/ml\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(call.path) ?? [];
      const route = `${call.method} ${group} ${kind}${name ? ' name' : ''}${sub ? ` ${sub}` : ''}`;
      const job = jobs.find((one) => one.name === name);
      switch (route) {
        case 'POST /apis/batch/v1 jobs': {
          const created = read(call);
          if (jobs.some((one) => one.name === created.name))
            throw failure(409, `jobs "${created.name}" already exists`);
          jobs.push({ ...created, uid: `uid-${++made}`, native: 'Created', lines: [] });
          return { status: 201, body: shown(newest()), started: true };
        }
        case 'GET /apis/batch/v1 jobs name':
          if (!job) throw failure(404, `jobs.batch "${name}" not found`);
          return { status: 200, body: shown(job) };
        case 'DELETE /apis/batch/v1 jobs name':
          if (!job) throw failure(404, `jobs.batch "${name}" not found`);
          if (call.query.get('propagationPolicy') !== 'Background') throw failure(422, 'its pods would be left behind');
          // As if a finalizer of the cluster held it. Mostly it is gone at once: see `vanish`.
          job.native = 'Terminating';
          deleted = true;
          return { status: 200, body: { kind: 'Status', apiVersion: 'v1', status: 'Success' } };
        case 'POST /api/v1 secrets':
        case 'PUT /api/v1 secrets name': {
          const body = fields(call, 'apiVersion', 'kind', 'metadata', 'type', 'stringData');
          const metadata = only(body['metadata'], 'name', 'namespace?', 'ownerReferences');
          const [owner] = metadata['ownerReferences'] as unknown[];
          const { uid } = only(owner, 'apiVersion', 'kind', 'name', 'uid');
          const secret = String(metadata['name']);
          // A Secret whose owner does not exist is collected at once.
          if (!jobs.some((one) => one.name === secret && one.uid === uid)) throw failure(422, 'no such owner');
          if (call.method === 'POST' && secrets.has(secret)) throw failure(409, 'already exists');
          secrets.set(secret, body['stringData'] as Record<string, string>);
          return { status: 201, body: { apiVersion: 'v1', kind: 'Secret', metadata } };
        }
        case 'GET /api/v1 pods': {
          const wanted = /^job-name=(.+)$/.exec(call.query.get('labelSelector') ?? '')?.[1];
          const items = jobs.filter((one) => one.name === wanted).map(podOf);
          return { status: 200, body: { apiVersion: 'v1', kind: 'PodList', metadata: {}, items } };
        }
        case 'GET /api/v1 pods name log': {
          const owner = jobs.find((one) => `${one.name}-x7x7x` === name);
          if (!owner) throw failure(404, `pods "${name}" not found`);
          if (call.query.get('container') !== 'trainer') throw failure(400, 'container is not valid');
          return { status: 200, body: owner.lines.map((line) => `${line}\n`).join(''), headers: PLAIN };
        }
        default:
          throw failure(call.path.includes('/namespaces/ml/') ? 405 : 404, 'the server could not find the resource');
      }
    };

    const fake = await startFake(answer);
    const dir = mkdtempSync(join(tmpdir(), 'leeway-kubeconfig-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const kubeconfig = join(dir, 'config');
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(fake.origin)), { mode: 0o600 });
    return {
      ...fake,
      options: { kubeconfig, namespace: 'ml', image: 'registry.example.org/trainer:1' },
      runs: () => jobs.length,
      given: () =>
        Object.fromEntries(
          newest().env.map(({ name, value, valueFrom }) => {
            const ref = valueFrom?.secretKeyRef;
            return [name, (ref ? secrets.get(ref.name)?.[ref.key] : value?.replaceAll('$$', '$')) ?? ''];
          }),
        ),
      set: (native) => {
        newest().native = native;
      },
      vanish: () => {
        jobs.pop();
      },
      expireCredentials: (now) => {
        expired = now;
      },
      cancelled: () => deleted,
      write: (lines) => {
        newest().lines.push(...lines);
      },
    };
  },
};

const PLAIN = { 'content-type': 'text/plain' };

const failure = (code: number, message: string) =>
  new Refused(code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code });

/** What the API server checks of a Job, with fieldValidation as strict as it can be. */
function read(call: FakeCall): { name: string; env: Env[] } {
  const job = fields(call, 'apiVersion', 'kind', 'metadata', 'spec');
  if (job['apiVersion'] !== 'batch/v1' || job['kind'] !== 'Job') throw failure(400, 'not a Job');
  const { name, labels } = only(job['metadata'], 'name', 'namespace', 'labels?', 'annotations?');
  if (!NAME.test(String(name))) throw failure(422, 'metadata.name: must be no more than 63 characters');
  for (const value of Object.values(labels as Record<string, string>)) {
    if (!/^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/.test(value)) throw failure(422, 'metadata.labels');
  }
  const spec = only(job['spec'], 'backoffLimit?', 'ttlSecondsAfterFinished?', 'activeDeadlineSeconds?', 'template');
  if (!(Number(spec['activeDeadlineSeconds']) >= 1)) throw failure(422, 'spec.activeDeadlineSeconds');
  const pod = only(
    only(spec['template'], 'metadata?', 'spec')['spec'],
    'restartPolicy',
    'containers',
    'serviceAccountName?',
  );
  if (pod['restartPolicy'] !== 'Never') throw failure(422, 'restartPolicy: Unsupported value');
  const [container] = pod['containers'] as unknown[];
  const { env } = only(container, 'name', 'image', 'env', 'command?', 'args?', 'resources?');
  for (const one of env as Env[]) only(one, 'name', 'value?', 'valueFrom?');
  return { name: String(name), env: env as Env[] };
}

function shown({ name, uid, native }: Job) {
  const reason = native === 'DeadlineExceeded' ? native : 'BackoffLimitExceeded';
  const type = native === 'DeadlineExceeded' ? 'Failed' : native;
  const plain = ['Created', 'Pending', 'Active', 'Terminating'].includes(native);
  const active = native === 'Created' ? {} : { active: 1, ready: native === 'Pending' ? 0 : 1 };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      uid,
      namespace: 'ml',
      ...(native === 'Terminating' && { deletionTimestamp: '2026-03-01T00:00:00Z' }),
    },
    spec: {},
    status: plain
      ? active
      : {
          conditions: [
            // An earlier one that no longer holds.
            { type: 'Suspended', status: 'False' },
            { type, status: 'True', ...(type === 'Failed' && { reason, message: 'it failed' }) },
          ],
        },
  };
}

const podOf = ({ name }: Job) => ({
  metadata: { name: `${name}-x7x7x`, creationTimestamp: '2026-03-01T00:00:00Z' },
  spec: { containers: [{ name: 'trainer' }] },
});

const kubeconfigOf = (server: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'fake',
  // Its client speaks plain HTTP only to what it need not verify.
  clusters: [{ name: 'fake', cluster: { server, 'insecure-skip-tls-verify': true } }],
  contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'leeway' } }],
  users: [{ name: 'leeway', user: { token: TOKEN } }],
});

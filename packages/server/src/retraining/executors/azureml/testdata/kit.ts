import type { ExecutionState } from '@leeway/contract';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import {
  type FakeAnswer,
  type FakeCall,
  fields,
  only,
  queryOnly,
  Refused,
  startFake,
} from '../../testdata/fake-http.ts';

const states: Record<string, ExecutionState> = {
  NotStarted: 'queued',
  Scheduled: 'queued',
  Queued: 'queued',
  Provisioning: 'queued',
  Preparing: 'queued',
  Starting: 'queued',
  Running: 'running',
  Finalizing: 'running',
  NotResponding: 'running',
  Paused: 'paused',
  CancelRequested: 'cancelling',
  Completed: 'succeeded',
  Failed: 'failed',
  Canceled: 'cancelled',
  Unknown: 'unknown',
};
const ENDED = ['Completed', 'Failed', 'Canceled'];
const SECRET = 'entra~s3cr3t~0123456789';
const TOKENS: Record<string, string> = { management: 'jwt-of-management-0123', endpoint: 'jwt-of-endpoint-0123' };
const WORKSPACE =
  '/subscriptions/0000-sub/resourceGroups/ml/providers/Microsoft.MachineLearningServices/workspaces/churn';

interface AzureJob {
  name: string;
  status: string;
  experimentName: string;
  given: Record<string, string>;
}

const failure = (status: number, code: string) => new Refused(status, { error: { code, message: `${code}.` } });

/** Entra, the management API with one workspace, and a batch endpoint, all at one address. */
export async function openAzure(over: object = {}): Promise<FakePeer> {
  const jobs: AzureJob[] = [];
  let expired = false;
  let asked = false;
  let made = 0;
  const newest = () => jobs.at(-1)!;
  const shown = ({ name, status, experimentName }: AzureJob) => ({
    id: `${WORKSPACE}/jobs/${name}`,
    name,
    type: 'Microsoft.MachineLearningServices/workspaces/jobs',
    properties: { status, experimentName, services: { Studio: { endpoint: `https://ml.azure.com/runs/${name}` } } },
  });

  const grant = (call: FakeCall): FakeAnswer => {
    const form = new URLSearchParams(call.text);
    const names = [...form.keys()].sort().join();
    if (call.method !== 'POST' || names !== 'client_id,client_secret,grant_type,scope') throw new Refused(400);
    if (expired || form.get('client_secret') !== SECRET) throw new Refused(401, { error: 'invalid_client' });
    if (form.get('client_id') !== 'leeway') throw new Refused(400, { error: 'unauthorized_client' });
    const scopes = { [`${fake.origin}/.default`]: 'management', 'https://ml.azure.com/.default': 'endpoint' };
    const access_token = TOKENS[scopes[form.get('scope') ?? ''] ?? ''];
    if (!access_token) throw new Refused(400, { error: 'invalid_scope' });
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3_599, access_token } };
  };

  const put = (call: FakeCall, name: string): FakeAnswer => {
    const properties = only(fields(call, 'properties')['properties'], ...PROPERTIES);
    if (!/^[a-zA-Z0-9][\w-]{0,254}$/.test(name)) throw failure(400, 'UserError');
    // Of a job that is there only tags and the like can be changed.
    if (jobs.some((job) => job.name === name)) throw failure(409, 'Conflict');
    const command = properties['jobType'] === 'Command';
    if (command === 'inputs' in properties || command !== 'command' in properties) throw failure(400, 'UserError');
    const leeway = () => only(only(properties['inputs'], 'leeway')['leeway'], 'jobInputType', 'value')['value'];
    const given = command ? properties['environmentVariables'] : JSON.parse(String(leeway()));
    jobs.push({ name, status: 'NotStarted', experimentName: 'Default', given: given as Record<string, string> });
    return { status: 201, body: shown(newest()), started: true };
  };

  const invoke = (call: FakeCall): FakeAnswer => {
    if (call.headers['azureml-model-deployment'] !== 'blue') throw failure(404, 'DeploymentNotFound');
    const { InputData, properties } = only(fields(call, 'properties')['properties'], 'InputData', 'properties?');
    const input = only(only(InputData, 'leeway')['leeway'], 'JobInputType', 'Value');
    if (input['JobInputType'] !== 'Literal') throw failure(400, 'UserError');
    const experimentName = String(only(properties, 'experimentName')['experimentName']);
    const given = JSON.parse(String(input['Value'])) as Record<string, string>;
    jobs.push({ name: `batchjob-${++made}`, status: 'Preparing', experimentName, given });
    return { status: 201, body: shown(newest()), started: true };
  };

  const answer = (call: FakeCall): FakeAnswer => {
    if (call.path === '/tenant-1/oauth2/v2.0/token') return grant(call);
    const peer = call.path === '/score/jobs' ? 'endpoint' : 'management';
    if (expired || call.headers['authorization'] !== `Bearer ${TOKENS[peer]}`)
      throw failure(401, 'AuthenticationFailed');
    if (peer === 'endpoint' && call.method === 'POST') return invoke(call);
    queryOnly(call, 'api-version', '$skip');
    if (call.query.get('api-version') !== '2024-04-01') throw failure(400, 'InvalidApiVersionParameter');
    if (!call.path.startsWith(`${WORKSPACE}/jobs`)) throw failure(404, 'ResourceNotFound');
    const [, name, verb] = /^(?:\/([^/]+))?(?:\/(\w+))?$/.exec(call.path.slice(`${WORKSPACE}/jobs`.length)) ?? [];
    if (call.method === 'GET' && !name) {
      // One on a page, so that pages are gone through.
      const from = Number(call.query.get('$skip') ?? 0);
      const more =
        from + 1 < jobs.length ? `${fake.origin}${WORKSPACE}/jobs?api-version=2024-04-01&$skip=${from + 1}` : null;
      return {
        status: 200,
        body: {
          value: [...jobs]
            .reverse()
            .slice(from, from + 1)
            .map(shown),
          nextLink: more,
        },
      };
    }
    if (call.method === 'PUT' && name && !verb) return put(call, name);
    const job = jobs.find((one) => one.name === name);
    if (!job) throw failure(404, 'NotFound');
    if (call.method === 'GET' && !verb) return { status: 200, body: shown(job) };
    if (call.method === 'POST' && verb === 'cancel') {
      if (ENDED.includes(job.status)) throw failure(400, 'UserError');
      asked = true;
      job.status = 'CancelRequested';
      return { status: 202, headers: { location: `${fake.origin}/operations/1` } };
    }
    throw failure(405, 'MethodNotAllowed');
  };

  const fake = await startFake(answer);
  const job = { jobType: 'Command', command: 'python train.py', environmentId: 'env:1', tags: { team: 'ml' } };
  return {
    ...fake,
    options: {
      ...{ subscription: '0000-sub', resourceGroup: 'ml', workspace: 'churn', authority: fake.origin },
      ...{ management: fake.origin, tenant: 'tenant-1', clientId: 'leeway', clientSecret: SECRET },
      ...('endpoint' in over ? { ...over, endpoint: `${fake.origin}/score/jobs` } : { job, ...over }),
    },
    runs: () => jobs.length,
    given: () => newest().given,
    set: (native) => {
      newest().status = native;
    },
    vanish: () => {
      jobs.pop();
    },
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
  };
}

const PROPERTIES = [
  'jobType',
  'displayName?',
  'description?',
  'tags?',
  'limits?',
  'command?',
  'environmentId?',
  'environmentVariables?',
  'inputs?',
  'jobs?',
];

export const kit: ExecutorKit = {
  type: 'azureml',
  states,
  cancelledAs: 'cancelled',
  logs: false,
  open: () => openAzure(),
};

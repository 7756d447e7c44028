import type { ExecutionState } from '@leeway/contract';
import type { ExecutorKit } from '../../testdata/executor-kit.ts';
import { type FakeCall, fields, only, Refused, startFake } from '../../testdata/fake-http.ts';

const states: Record<string, ExecutionState> = {
  '': 'queued',
  Pending: 'queued',
  Running: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'failed',
  'Running (Stop)': 'cancelling',
  'Failed (Stop)': 'cancelled',
};
const TOKEN = 'argo-token-0123456789';

interface Workflow {
  name: string;
  phase: string;
  shutdown?: string;
  parameters: Record<string, string>;
  lines: string[];
}

/** The Argo server with one template in the namespace `ml`. */
export const kit: ExecutorKit = {
  type: 'argo',
  states,
  cancelledAs: 'cancelled',
  logs: true,
  async open() {
    const workflows: Workflow[] = [];
    let expired = false;
    let asked = false;
    const newest = () => workflows.at(-1)!;
    const shown = ({ name, phase, shutdown }: Workflow) => ({
      metadata: { name, namespace: 'ml', uid: `uid-${name}` },
      spec: { ...(shutdown && { shutdown }) },
      // What has not been seen by the controller yet has no phase.
      status: { ...(phase && { phase }), ...(shutdown && { message: `Stopped with strategy '${shutdown}'` }) },
    });

    const answer = (call: FakeCall) => {
      if (expired || call.headers['authorization'] !== `Bearer ${TOKEN}`) {
        throw new Refused(401, { code: 16, message: 'token not valid' });
      }
      const [, verbOrName = '', verb] = /^\/api\/v1\/workflows\/ml\/([^/]+)(?:\/(\w+))?$/.exec(call.path) ?? [];
      if (call.method === 'POST' && verbOrName === 'submit' && !verb) {
        const body = fields(call, 'resourceKind', 'resourceName', 'submitOptions', 'namespace?');
        const options = only(body['submitOptions'], 'name', 'parameters?', 'labels?', 'entryPoint?', 'serviceAccount?');
        if (body['resourceKind'] !== 'WorkflowTemplate' || body['resourceName'] !== 'train-churn') {
          throw new Refused(404, { code: 5, message: 'workflowtemplates.argoproj.io not found' });
        }
        const name = String(options['name']);
        if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) throw new Refused(400, { message: 'name' });
        for (const label of String(options['labels'] ?? '').split(',')) {
          if (!/^[a-z/]+=[A-Za-z0-9][-A-Za-z0-9]{0,62}$/.test(label)) throw new Refused(400, { message: 'labels' });
        }
        if (workflows.some((one) => one.name === name)) {
          throw new Refused(409, { code: 6, message: `workflows.argoproj.io "${name}" already exists` });
        }
        const parameters = (options['parameters'] as string[]).map((text) => {
          const at = text.indexOf('=');
          if (at < 1) throw new Refused(400, { message: `expected parameter of the form: NAME=VALUE` });
          return [text.slice(0, at), text.slice(at + 1)] as const;
        });
        workflows.push({ name, phase: '', parameters: Object.fromEntries(parameters), lines: [] });
        return { status: 200, body: shown(newest()), started: true };
      }
      const workflow = workflows.find(({ name }) => name === verbOrName);
      if (!workflow) throw new Refused(404, { code: 5, message: `workflows.argoproj.io "${verbOrName}" not found` });
      if (call.method === 'GET' && !verb) return { status: 200, body: shown(workflow) };
      if (call.method === 'GET' && verb === 'log') {
        if (call.query.get('logOptions.container') !== 'main') throw new Refused(400);
        const text = workflow.lines.map((content) => `${JSON.stringify({ result: { content, podName: 'pod-1' } })}\n`);
        return { status: 200, body: text.join(''), headers: { 'content-type': 'application/json' } };
      }
      if (call.method === 'PUT' && (verb === 'stop' || verb === 'terminate')) {
        const body = fields(call, 'name', 'namespace', 'message?', 'nodeFieldSelector?');
        if (body['name'] !== workflow.name || body['namespace'] !== 'ml') throw new Refused(400);
        if (['Succeeded', 'Failed', 'Error'].includes(workflow.phase)) {
          throw new Refused(400, { code: 9, message: 'cannot shutdown a completed workflow' });
        }
        asked = true;
        workflow.shutdown = verb === 'stop' ? 'Stop' : 'Terminate';
        workflow.phase = 'Failed';
        return { status: 200, body: shown(workflow) };
      }
      throw new Refused(405, { code: 12, message: 'Method Not Allowed' });
    };

    const fake = await startFake(answer);
    return {
      ...fake,
      options: { url: fake.origin, token: TOKEN, namespace: 'ml', template: 'train-churn' },
      runs: () => workflows.length,
      given: () => newest().parameters,
      set: (native) => {
        const [, phase = native, shutdown] = /^(\w+) \((\w+)\)$/.exec(native) ?? [];
        Object.assign(newest(), { phase, shutdown });
      },
      vanish: () => {
        workflows.pop();
      },
      expireCredentials: (now) => {
        expired = now;
      },
      cancelled: () => asked,
      write: (lines) => {
        newest().lines.push(...lines);
      },
    };
  },
};

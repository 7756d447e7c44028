import type { V1Scale } from '@kubernetes/client-node';
import { LeewayError } from '@leeway/contract';
import { z } from 'zod';
import { type ActionOutcome, defineAction } from '../kind.ts';

const options = z.strictObject({
  deployment: z.string().min(1).describe('Name of the Deployment.'),
  namespace: z.string().min(1).default('default').describe('Its namespace.'),
  replicas: z.int().min(0).optional().describe('So many from then on.'),
  by: z.int().optional().describe('In place of replicas: so many more, or fewer.'),
  min: z.int().min(0).default(1).describe('Never fewer, with `by`.'),
  max: z.int().min(0).default(10).describe('Never more, with `by`.'),
  kubeconfig: z
    .string()
    .optional()
    .describe('Path of a kubeconfig. Default: the service account of the pod, else ~/.kube/config.'),
  context: z.string().optional().describe('Context of the kubeconfig.'),
});
type Options = z.infer<typeof options>;

export const scale = defineAction({
  type: 'scale',
  label: 'Scale a deployment',
  description: 'Sets the replicas of a Kubernetes Deployment.',
  options,
  repeatable: true,
  async plan(_ctx, { options: given }) {
    const { deployment, namespace, replicas, by, min, max } = given;
    if ((replicas === undefined) === (by === undefined))
      throw new LeewayError('config_invalid', `action scale of ${deployment}: expected either replicas or by`);
    const from = replicasOf((await read(given)).scale);
    const to = replicas ?? Math.min(max, Math.max(min, from + by!));
    return { text: `scale ${namespace}/${deployment} from ${from} to ${to} replicas`, data: { from, to } };
  },
  async run(_ctx, { options: given }, { data }): Promise<ActionOutcome> {
    const { deployment, namespace } = given;
    const [from, to] = [Number(data['from']), Number(data['to'])];
    try {
      const { api, scale: present } = await read(given);
      const replicas = replicasOf(present);
      const done = {
        outcome: 'done' as const,
        text: `${namespace}/${deployment} has ${to} replicas in place of ${from}`,
      };
      if (replicas === to) return done;
      if (replicas !== from)
        return { outcome: 'failed', text: `it had ${from} replicas and by now has ${replicas}; nothing was changed` };
      // With the version that was read: whoever changes it between is not written over.
      const body: V1Scale = { ...present, spec: { ...present.spec, replicas: to } };
      await api.replaceNamespacedDeploymentScale({ name: deployment, namespace, body });
      return done;
    } catch (error) {
      if (error instanceof LeewayError) throw error;
      const status = statusOf(error);
      const passing = status === undefined || status === 409 || status === 429 || status >= 500;
      return { outcome: passing ? 'retry' : 'failed', text: `Kubernetes: ${messageOf(error)}` };
    }
  },
});

const replicasOf = ({ spec }: V1Scale): number => spec?.replicas ?? 0;

async function read({ deployment, namespace, kubeconfig, context }: Options) {
  const { AppsV1Api, KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const api = config.makeApiClient(AppsV1Api);
  return { api, scale: await api.readNamespacedDeploymentScale({ name: deployment, namespace }) };
}

const statusOf = (error: unknown): number | undefined => {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
};

/** What Kubernetes says of it; its client puts headers and all into the message of the error. */
function messageOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message?: string };
  try {
    const said = (typeof body === 'string' ? JSON.parse(body) : body) as { message?: string } | undefined;
    if (said?.message) return `HTTP ${statusOf(error)}: ${said.message}`.slice(0, 300);
  } catch {
    // not JSON
  }
  const status = statusOf(error);
  return status === undefined ? String(message).slice(0, 200) : `HTTP ${status}`;
}

import type { V1Container, V1EnvVar, V1Job, V1PodTemplateSpec, V1Secret } from '@kubernetes/client-node';
import { ExecutorError, type Ticket } from '../executor.ts';
import { contractOf } from '../parameters.ts';
import type { Options } from './index.ts';

const TOKEN = 'LEEWAY_TOKEN';

/** The Job of a training, named by its key. */
export function jobOf(options: Options, ticket: Ticket, now: number): V1Job {
  const labels = { 'app.kubernetes.io/managed-by': 'leeway', 'leeway/training': ticket.key };
  const annotations = { 'leeway/run': ticket.run, 'leeway/model': ticket.model, 'leeway/reason': ticket.reason };
  const template = templateOf(options);
  const [trainer, ...others] = template.spec?.containers ?? [];
  if (!trainer) throw new ExecutorError('refused', 'podTemplate has no container');
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: ticket.key, namespace: options.namespace, labels, annotations },
    spec: {
      backoffLimit: options.backoffLimit,
      ttlSecondsAfterFinished: options.ttlSecondsAfterFinished,
      // So that it ends even where nobody is there to end it.
      activeDeadlineSeconds: Math.max(1, Math.ceil((ticket.deadline - now) / 1_000)),
      template: {
        metadata: { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } },
        spec: {
          restartPolicy: 'Never',
          ...template.spec,
          containers: [{ ...trainer, env: envOf(trainer.env, options, ticket) }, ...others],
        },
      },
    },
  };
}

function templateOf(options: Options): V1PodTemplateSpec {
  if (options.podTemplate) return options.podTemplate as V1PodTemplateSpec;
  const { image, command, args, resources, serviceAccount, nodeSelector } = options;
  const trainer = { name: 'trainer', image, ...(command && { command }), ...(args && { args }) };
  return {
    spec: {
      containers: [{ ...trainer, ...(resources && { resources }) } as V1Container],
      ...(serviceAccount && { serviceAccountName: serviceAccount }),
      ...(nodeSelector && { nodeSelector }),
    },
  };
}

/** Those of the template, of the options, and of the contract, which win. */
function envOf(own: V1EnvVar[] = [], options: Options, ticket: Ticket): V1EnvVar[] {
  // In a value Kubernetes takes $(NAME) for another variable, and $$ for the sign itself.
  const contract = Object.entries(contractOf(ticket)).map(([name, value]) => [name, value.replaceAll('$', '$$$$')]);
  const plain: Record<string, string> = { ...options.env, ...Object.fromEntries(contract) };
  const given = Object.entries(plain).map(([name, value]): V1EnvVar => {
    if (name !== TOKEN || options.token === 'env') return { name, value };
    return { name, valueFrom: { secretKeyRef: { name: ticket.key, key: TOKEN } } };
  });
  return [...own.filter(({ name }) => !(name in plain)), ...given];
}

/** The Secret with the token. It belongs to the Job, and is deleted with it. */
export const secretOf = ({ key, token }: Ticket, uid: string): V1Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: key, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: key, uid }] },
  type: 'Opaque',
  stringData: { [TOKEN]: token },
});

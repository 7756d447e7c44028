import { z } from 'zod';
import { defineExecutor } from '../executor.ts';
import { secretValues } from '../secret-values.ts';
import { connect, jobIn } from './client.ts';
import { jobOf, secretOf } from './job.ts';
import { judge } from './judge.ts';

const Texts = z.record(z.string(), z.string());
const Anything = z.record(z.string(), z.unknown());

export const Options = z
  .strictObject({
    namespace: z.string().min(1).default('default').describe('Namespace of the Job.'),
    image: z.string().min(1).optional().describe('Image of the trainer.'),
    command: z.array(z.string()).optional().describe('Its command, in place of that of the image.'),
    args: z.array(z.string()).optional().describe('Its arguments.'),
    env: Texts.default({}).describe('Further environment variables. Secrets come from podTemplate, by secretKeyRef.'),
    resources: z
      .strictObject({ requests: Texts.optional(), limits: Texts.optional() })
      .optional()
      .describe('What it asks for, such as { limits: { memory: 4Gi } }.'),
    serviceAccount: z.string().min(1).optional().describe('Service account of the pod.'),
    nodeSelector: Texts.optional().describe('Labels of the nodes it may run on.'),
    podTemplate: Anything.optional().describe(
      'A whole pod template in place of image and the like. Its first container is the trainer.',
    ),
    backoffLimit: z.int().min(0).default(0).describe('How often Kubernetes tries again a pod that failed.'),
    ttlSecondsAfterFinished: z.int().min(60).default(86_400).describe('Seconds until an ended Job is deleted.'),
    token: z
      .enum(['secret', 'env'])
      .default('secret')
      .describe('LEEWAY_TOKEN comes from a Secret that is deleted with the Job, or stands in the Job for all to read.'),
    kubeconfig: z
      .string()
      .optional()
      .describe('Path of a kubeconfig. Default: the service account of the pod, else ~/.kube/config.'),
    context: z.string().optional().describe('Context of the kubeconfig.'),
  })
  .refine(({ image, podTemplate }) => (image === undefined) !== (podTemplate === undefined), {
    message: 'expected either image or podTemplate',
    path: ['image'],
  });
export type Options = z.infer<typeof Options>;

export const kubernetes = defineExecutor<Options>({
  type: 'kubernetes',
  label: 'Kubernetes Job',
  description: 'Creates a Job from an image or a pod template.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 10_000,

  secrets: ({ env }) => secretValues(env),

  async start(ctx, options, ticket) {
    const { namespace } = options;
    const { batch, core, ask } = await connect(ctx, options, ticket);
    const name = ticket.key;
    const wanted = jobOf(options, ticket, ctx.clock.now());
    const made = await ask(() => batch.createNamespacedJob({ namespace, body: wanted }).then(jobIn), [409]);
    // The name is taken: a former try has created it.
    const job = made ?? (await ask(() => batch.readNamespacedJob({ name, namespace }).then(jobIn)))!;
    const { uid } = job.metadata;
    if (options.token === 'secret') {
      const body = secretOf(ticket, uid);
      // Its pod waits until the Secret is there. A newer token takes the place of that of a former try.
      const kept = await ask(() => core.createNamespacedSecret({ namespace, body }), [409]);
      if (!kept) await ask(() => core.replaceNamespacedSecret({ name, namespace, body }));
    }
    return { handle: { name, uid }, nativeId: `${namespace}/${name}`, url: null };
  },

  async look(ctx, options, { name = '' }, ticket) {
    const { batch, ask } = await connect(ctx, options, ticket);
    const job = await ask(() => batch.readNamespacedJob({ name, namespace: options.namespace }).then(jobIn));
    return judge(job!);
  },

  async cancel(ctx, options, { name = '' }, ticket) {
    const { namespace } = options;
    const { batch, ask } = await connect(ctx, options, ticket);
    const job = await ask(() => batch.readNamespacedJob({ name, namespace }).then(jobIn), [404]);
    if (!job || ENDED.includes(judge(job).state)) return;
    // Without the policy its pods would live on.
    const propagationPolicy = 'Background';
    await ask(() => batch.deleteNamespacedJob({ name, namespace, propagationPolicy }), [404]);
  },

  async logs(ctx, options, { name = '' }, cursor) {
    const { namespace } = options;
    const { core, ask } = await connect(ctx, options, { token: '' });
    const labelSelector = `job-name=${name}`;
    const pods = await ask(() => core.listNamespacedPod({ namespace, labelSelector }));
    const [newest] = (pods?.items ?? []).sort(
      (a, b) => Number(b.metadata?.creationTimestamp ?? 0) - Number(a.metadata?.creationTimestamp ?? 0),
    );
    const pod = newest?.metadata?.name;
    if (pod === undefined) return { lines: [], cursor };
    const container = newest?.spec?.containers[0]?.name ?? '';
    // 400: its container has not begun.
    const query = { name: pod, namespace, container, limitBytes: MOST_LOG };
    const text = (await ask(() => core.readNamespacedPodLog(query), [400, 404])) ?? '';
    const lines = text.split('\n').slice(0, -1);
    // Where a pod was replaced by another, the lines begin anew.
    const [former, count = '0'] = cursor?.split(' ') ?? [];
    const seen = former === pod ? Number(count) : 0;
    return { lines: lines.slice(seen), cursor: `${pod} ${Math.max(seen, lines.length)}` };
  },
});

const ENDED = ['succeeded', 'failed', 'timed_out'];
const MOST_LOG = 8_388_608;

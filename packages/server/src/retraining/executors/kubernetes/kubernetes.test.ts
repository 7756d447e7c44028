import { afterEach, expect, test } from 'vitest';
import type { FakePeer } from '../testdata/executor-kit.ts';
import { contextOf, ticket } from '../testdata/tickets.ts';
import { kubernetes, Options } from './index.ts';
import { jobOf } from './job.ts';
import { judge } from './judge.ts';
import { kit } from './testdata/kit.ts';

const peers: FakePeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
});

async function open(over: object = {}) {
  const peer = await kit.open();
  peers.push(peer);
  return { peer, options: Options.parse({ ...peer.options, ...over }) };
}
const jobFor = (options: object) => jobOf(Options.parse(options), ticket, ticket.createdAt);

test('the token stands in a Secret, and a newer one takes its place', async () => {
  const { peer, options } = await open();
  const named = jobFor(options).spec!.template.spec!.containers[0]!.env!;
  expect(JSON.stringify(named)).not.toContain(ticket.token);
  await kubernetes.start(contextOf(), options, ticket);
  await kubernetes.start(contextOf(), options, { ...ticket, attempt: 2, token: 'renewed' });
  expect(peer.given()['LEEWAY_TOKEN']).toBe('renewed');
});

test('a Job whose Secret could not be made is made whole by the next try', async () => {
  const { peer, options } = await open();
  // The Job is made, and its answer is lost: there was no way to go on.
  peer.loseNextAnswer();
  await expect(kubernetes.start(contextOf(), options, ticket)).rejects.toMatchObject({ trouble: 'transient' });
  expect(peer.given()['LEEWAY_TOKEN']).toBe('');
  await kubernetes.start(contextOf(), options, { ...ticket, attempt: 2 });
  expect([peer.runs(), peer.given()['LEEWAY_TOKEN']]).toEqual([1, ticket.token]);
});

test('or in the Job itself, where that is wanted', async () => {
  const { peer, options } = await open({ token: 'env' });
  await kubernetes.start(contextOf(), options, ticket);
  expect(peer.given()['LEEWAY_TOKEN']).toBe(ticket.token);
});

test('a pod template is kept as it is, but for the contract in its first container', () => {
  const podTemplate = {
    metadata: { labels: { team: 'ml' } },
    spec: {
      restartPolicy: 'OnFailure',
      containers: [
        {
          name: 'main',
          image: 'a',
          env: [
            { name: 'KEEP', value: '1' },
            { name: 'LEEWAY_MODEL', value: 'wrong' },
          ],
        },
        { name: 'proxy', image: 'b' },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  };
  const { template } = jobFor({ podTemplate }).spec!;
  expect(template.metadata!.labels).toMatchObject({ team: 'ml', 'leeway/training': ticket.key });
  const { containers, ...rest } = template.spec!;
  expect(rest).toEqual({ restartPolicy: 'OnFailure', volumes: podTemplate.spec.volumes });
  expect(containers[1]).toEqual(podTemplate.spec.containers[1]);
  const env = containers[0]!.env!;
  expect(env.filter(({ name }) => name === 'LEEWAY_MODEL')).toEqual([{ name: 'LEEWAY_MODEL', value: 'flights' }]);
  expect(env).toContainEqual({ name: 'KEEP', value: '1' });
});

test('a Job ends with the time of its training, and is not begun anew by the cluster', () => {
  expect(jobFor({ image: 'a' }).spec).toMatchObject({
    activeDeadlineSeconds: 3_600,
    backoffLimit: 0,
    ttlSecondsAfterFinished: 86_400,
    template: { spec: { restartPolicy: 'Never' } },
  });
});

const condition = (type: string, status = 'True') => ({ type, status });
test.each([
  ['nothing yet', {}, 'queued'],
  ['its pod is pulled', { active: 1, ready: 0 }, 'queued'],
  ['a cluster that does not count ready pods', { active: 1 }, 'running'],
  ['met, but not complete', { active: 1, conditions: [condition('SuccessCriteriaMet')] }, 'running'],
  ['met and complete', { conditions: [condition('SuccessCriteriaMet'), condition('Complete')] }, 'succeeded'],
  ['resumed', { active: 1, ready: 1, conditions: [condition('Suspended', 'False')] }, 'running'],
  ['about to fail, and failed', { conditions: [condition('FailureTarget'), condition('Failed')] }, 'failed'],
])('%s', (_, status, state) => {
  expect(judge({ status })).toMatchObject({ state });
});

test.each([
  ['neither an image nor a template', { image: undefined }],
  ['both', { podTemplate: {} }],
])('wrong options: %s', async (_, over) => {
  expect(Options.safeParse({ image: 'a', ...over }).success).toBe(false);
});

test.each([
  ['a kubeconfig that is not there', { kubeconfig: '/nonexistent/config' }, /kubeconfig/],
  ['a context that is not there', { context: 'other' }, /other/],
  ['a template without a container', { image: undefined, podTemplate: { spec: {} } }, /no container/],
])('%s is refused', async (_, over, message) => {
  const { options } = await open(over);
  const error = await kubernetes.start(contextOf(), options, ticket).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ trouble: 'refused', message: expect.stringMatching(message) });
});

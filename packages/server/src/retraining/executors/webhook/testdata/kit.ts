import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import { type FakeAnswer, type FakeCall, Refused, startFake } from '../../testdata/fake-http.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const AUTHORIZATION = 'Bearer s3cr3t-webhook-token';

const Request = z.strictObject({
  type: z.literal('training.requested'),
  timestamp: z.iso.datetime(),
  data: z.strictObject({
    training: z.string(),
    run: z.string(),
    model: z.string(),
    trial: z.int(),
    reason: z.string(),
    deadline: z.iso.datetime(),
    callback_url: z.url(),
    env: z.record(z.string(), z.string().min(1)),
  }),
});

interface Run {
  id: string;
  env: Record<string, string>;
  state: string;
}

/** A receiver that keeps to Standard Webhooks: it checks every signature, and knows a repetition by its key. */
export async function openReceiver() {
  const runs: Run[] = [];
  let [expired, asked] = [false, false];
  const newest = () => runs.at(-1)!;

  const begin = ({ text, headers }: FakeCall): FakeAnswer => {
    const { data } = Request.parse(JSON.parse(text));
    if (headers['content-type'] !== 'application/json') throw new Refused(415);
    if (data.training !== headers['idempotency-key']) throw new Refused(400);
    const known = runs.some(({ id }) => id === data.training);
    if (!known) runs.push({ id: data.training, env: data.env, state: 'queued' });
    const [status_url, cancel_url] = [`/trainings/${data.training}`, `/trainings/${data.training}/cancel`];
    return { status: 202, body: { run_id: data.training, status_url, cancel_url }, started: !known };
  };

  const answer = (call: FakeCall): FakeAnswer => {
    if (expired || call.headers['authorization'] !== AUTHORIZATION) throw new Refused(401);
    new Webhook(KEY).verify(call.text, call.headers as Record<string, string>);
    if (call.method === 'POST' && call.path === '/begin/s3cr3t-path') return begin(call);
    const [, id, verb] = /^\/trainings\/([^/]+)(?:\/(cancel))?$/.exec(call.path) ?? [];
    const run = runs.find((one) => one.id === id);
    if (!run) throw new Refused(404);
    if (call.method === 'GET' && !verb) return { status: 200, body: { state: run.state } };
    if (call.method !== 'POST' || !verb) throw new Refused(405);
    if (['succeeded', 'failed', 'cancelled'].includes(run.state)) throw new Refused(409);
    asked = true;
    return { status: 202 };
  };

  const { answerNext: _, ...fake } = await startFake(answer);
  return {
    // Without answerNext: any 2xx is a yes.
    ...fake,
    options: { url: `${fake.origin}/begin/s3cr3t-path`, secret: KEY, authorization: AUTHORIZATION },
    runs: () => runs.length,
    given: () => newest().env,
    set: (native) => {
      newest().state = native;
    },
    vanish: () => void runs.pop(),
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
  } satisfies FakePeer;
}

export const kit: ExecutorKit = {
  type: 'webhook',
  open: openReceiver,
  states: {
    queued: 'queued',
    running: 'running',
    paused: 'paused',
    cancelling: 'cancelling',
    succeeded: 'succeeded',
    failed: 'failed',
    cancelled: 'cancelled',
    timed_out: 'timed_out',
    skipped: 'skipped',
    unknown: 'unknown',
  },
  cancelledAs: 'cancelled',
  logs: false,
};

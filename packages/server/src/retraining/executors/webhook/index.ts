import { ExecutionState } from '@leeway/contract';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';
import { defineExecutor, type ExecutorContext, ExecutorError, type Ticket } from '../executor.ts';
import { callPeer, type PeerRequest, type PeerResponse } from '../http.ts';
import { contractOf } from '../parameters.ts';

const Options = z.strictObject({
  url: secret(z.url({ protocol: /^https?$/ }).describe('Address that gets a POST with JSON and begins the training.')),
  secret: secret(
    z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'expected "whsec_" and at least 24 random bytes in base64')
      .describe('Signs each call as Standard Webhooks says; without it nothing is signed.'),
  ).optional(),
  authorization: secret(
    z
      .string()
      .regex(/^[\x20-\x7e]{1,4096}$/, 'expected printable ASCII on one line')
      .describe('Value of the header Authorization, such as "Bearer TOKEN".'),
  ).optional(),
});
type Options = z.infer<typeof Options>;

/** What the receiver may answer; nothing of it is needed. */
const Accepted = z.looseObject({
  run_id: z
    .union([z.string().min(1), z.int()])
    .transform(String)
    .optional()
    .catch(undefined),
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .catch(undefined),
  status_url: z.string().min(1).optional().catch(undefined),
  cancel_url: z.string().min(1).optional().catch(undefined),
});
const Status = z.looseObject({
  state: z.string().min(1),
  reason: z.string().optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
});

/** Any service: it is told to begin, and tells how it ended by `POST /api/v1/trainings/KEY/complete`. */
export const webhook = defineExecutor<Options>({
  type: 'webhook',
  label: 'Webhook',
  description:
    'Posts the contract, signed after Standard Webhooks, to an address of yours; the end is told by a callback.',
  options: Options,
  remote: true,
  parallel: true,
  pollMs: 10_000,

  async start(ctx, options, ticket) {
    const body = JSON.stringify({
      type: 'training.requested',
      timestamp: new Date(ticket.createdAt).toISOString(),
      data: {
        training: ticket.key,
        run: ticket.run,
        model: ticket.model,
        trial: ticket.trial,
        reason: ticket.reason,
        deadline: new Date(ticket.deadline).toISOString(),
        callback_url: `${ticket.env['LEEWAY_URL'] ?? ''}/api/v1/trainings/${ticket.key}/complete`,
        env: contractOf(ticket),
      },
    });
    const { json } = await call(ctx, options, { url: options.url, method: 'POST', body }, ticket);
    // Any 2xx is a yes, whatever it says.
    const said = Accepted.safeParse(json).data ?? {};
    const handle = Object.fromEntries(
      [
        ['status', said.status_url],
        ['cancel', said.cancel_url],
      ].flatMap(([name, address]) => (address === undefined ? [] : [[name!, ownAddress(options.url, address)]])),
    );
    return { handle, nativeId: said.run_id ?? ticket.key, url: said.url ?? null };
  },

  async look(ctx, options, handle, ticket) {
    const url = handle['status'];
    // Nothing is to be asked: the callback will tell, or the time is up.
    if (url === undefined) return { state: 'running', native: null };
    const { json } = await call(ctx, options, { url, method: 'GET', body: '' }, ticket);
    const read = Status.safeParse(json);
    if (!read.success) {
      throw new ExecutorError(
        'transient',
        `${new URL(url).host} did not answer with {"state": ...}, as a status_url has to`,
      );
    }
    const { state, reason, url: page } = read.data;
    const known = ExecutionState.safeParse(state).data ?? 'unknown';
    return { state: known, native: state, reason: reason ?? null, ...(page !== undefined && { url: page }) };
  },

  async cancel(ctx, options, handle, ticket) {
    const url = handle['cancel'];
    if (url === undefined) return;
    // What is not there any more, or has ended, has nothing to end.
    await call(ctx, options, { url, method: 'POST', body: '{}', accept: [404, 409, 410] }, ticket);
  },
});

/** @param request With its body as a text, which the signature covers; a GET has an empty one. */
function call(
  ctx: ExecutorContext,
  { url, authorization, secret: key }: Options,
  request: PeerRequest & { body: string },
  ticket: Ticket,
): Promise<PeerResponse> {
  const { body, method } = request;
  // By the clock on the wall: receivers refuse what is more than five minutes off theirs.
  const at = new Date();
  return callPeer(ctx, {
    ...request,
    ...(method === 'GET' && { body: undefined }),
    headers: {
      ...(method === 'POST' && { 'content-type': 'application/json' }),
      'webhook-id': ticket.key,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'idempotency-key': ticket.key,
      ...(key !== undefined && { 'webhook-signature': new Webhook(key).sign(ticket.key, at, body) }),
      ...(authorization !== undefined && { authorization }),
    },
    secrets: [ticket.token, url],
  });
}

/** Our credentials go to the receiver alone: what it names has to be its own. */
function ownAddress(url: string, named: string): string {
  if (URL.canParse(named, url)) {
    const address = new URL(named, url);
    if (address.origin === new URL(url).origin) return address.href;
  }
  throw new ExecutorError(
    'refused',
    `the receiver named an address of another host; status_url and cancel_url have to be its own`,
  );
}

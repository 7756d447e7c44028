import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Config } from '@leeway/contract';
import { pino } from 'pino';
import { Audit } from '../../audit/audit.ts';
import type { Context } from '../../context.ts';
import { Events } from '../../events/events.ts';
import { Jobs } from '../../jobs/jobs.ts';
import type { Clock } from '../../platform/clock.ts';
import { createOutbound } from '../../platform/outbound.ts';
import type { OpenStore } from '../../store/open.ts';
import type { Channel } from '../channel.ts';
import { CHANNELS } from '../channels/index.ts';
import { type DeliverContext, defineDeliver } from '../deliver.ts';
import type { Message } from '../message.ts';
import { enqueueDelivery } from '../outbox.ts';
import { messages } from './messages.ts';

type OutboxTestContext = DeliverContext & Pick<Context, 'newId' | 'audit'>;

/** The outbox with what sends, without the rules before it. */

type Answer = { status: number; body?: string; headers?: Record<string, string> };

/** A receiver on loopback: keeps what it took, and answers as told, 200 when nothing is. */
export class Receiver {
  readonly #server: Server;
  /** Ids and subjects of what was answered with 2xx. */
  readonly taken: { id: string; subject: string }[] = [];
  /** Calls, whatever was answered. */
  calls = 0;
  answers: Answer[] = [];
  always: Answer | null = null;
  port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.calls += 1;
        const answer = this.answers.shift() ?? this.always ?? { status: 200 };
        if (answer.status < 300) {
          const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { data: { subject: string } };
          this.taken.push({ id: String(request.headers['webhook-id']), subject: data.subject });
        }
        response.writeHead(answer.status, answer.headers).end(answer.body);
      });
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Subjects that came since the last time. */
  said(): string[] {
    return this.taken.splice(0).map(({ subject }) => subject);
  }
}

/** A channel of the configuration that goes to a receiver. */
export const hook = (name: string, receiver: Receiver, more: object = {}) => ({
  name,
  type: 'webhook',
  url: `http://127.0.0.1:${receiver.port}/hook/s3cr3t`,
  ...more,
});

export function openOutbox<R = undefined>({
  store,
  clock,
  channels,
  kinds = CHANNELS,
  config: rest = {},
  leaseMs,
  register,
}: {
  store: OpenStore;
  clock: Clock;
  channels: object[];
  kinds?: readonly Channel[];
  config?: object;
  leaseMs?: number;
  /** In place of what sends: all of alerting. */
  register?: (ctx: OutboxTestContext) => R;
}) {
  let config: Config;
  const setChannels = (next: object[]) => {
    const server = { allowPrivateNetworks: ['127.0.0.0/8'] };
    config = Config.parse({ apiVersion: 'leeway/v1', server, routes: { channels: [] }, ...rest, channels: next });
  };
  setChannels(channels);
  let ids = 0;
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
  const ctx: OutboxTestContext = {
    clock,
    newId: (prefix) => `${prefix}_${++ids}`,
    log,
    store,
    jobs: new Jobs({ store, clock, log, ...(leaseMs === undefined ? {} : { leaseMs }) }),
    events: new Events(clock),
    audit: new Audit(clock),
    config: () => config,
    publicUrl: () => 'https://leeway.example.org',
  };
  const registered = register?.(ctx);
  if (!register) {
    defineDeliver(ctx, {
      channels: kinds,
      outbound: createOutbound({ allow: () => config.server.allowPrivateNetworks }),
      write: () => {},
      random: () => 0.5,
    });
  }
  return {
    ctx,
    registered,
    logged,
    setChannels,
    /** Puts a message of a group into the outbox. */
    send: (id: string, channel: string, message: Message, key = 'group') =>
      store.db.transaction().execute((tx) => enqueueDelivery(ctx, tx, { id, key, channel, message })),
    states: async () => {
      const rows = await store.db.selectFrom('deliveries').select(['id', 'state']).orderBy('id').execute();
      return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
    },
  };
}
export type Outbox = ReturnType<typeof openOutbox>;

/** A message for a group, with a subject of one's own. */
export function said(subject: string, reason: string, severity: Message['severity'] = 'critical'): Message {
  const over = reason === 'all resolved' || reason === 'resolved';
  return { ...(over ? messages.resolved : messages.firing), subject, reason, severity };
}

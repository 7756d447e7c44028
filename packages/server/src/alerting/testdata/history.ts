import { Config } from '@leeway/contract';
import { pino } from 'pino';
import { z } from 'zod';
import { Audit } from '../../audit/audit.ts';
import { Events } from '../../events/events.ts';
import { Jobs } from '../../jobs/jobs.ts';
import { defineChannel } from '../../notify/channel.ts';
import type { Message } from '../../notify/message.ts';
import { tryJson } from '../../notify/try-call.ts';
import { iso } from '../../platform/clock.ts';
import { type Outbound, OutboundError, type OutboundRequest, type OutboundResponse } from '../../platform/outbound.ts';
import { type OpenStore, openStore } from '../../store/open.ts';
import type { EmptyStore, StoreForm } from '../../testing/stores.ts';
import type { AlertingContext } from '../context.ts';
import { type Alerting, registerAlerting } from '../index.ts';
import { measurement } from './measurement.ts';

export const MIN = 60_000;
const HOUR = 60 * MIN;
export const START = Date.parse('2026-03-02T00:00:00Z'); // a Monday

/** Rules by their metric, each broken by 1 and well at 0. */
export const RULES = {
  quality: { metric: 'quality.rejected_share', severity: 'warning' },
  drift: { metric: 'drift.share', severity: 'warning', flapping: { windows: 4, high: 0.5, low: 0.25 } },
  auc: { metric: 'log_loss', severity: 'warning' },
  latency: { metric: 'service.latency_p95', severity: 'warning', for: 2, keepFiring: 1 },
  page: { metric: 'service.error_share', severity: 'critical' },
  note: { metric: 'slices.found', severity: 'info' },
} as const;
export type RuleName = keyof typeof RULES;
export const RULE_NAMES = Object.keys(RULES) as RuleName[];

/** Times at which something is due until the next step: hours of digests and of tries again are some hundreds. */
const MOST_TURNS = 5_000;

/** What a service does while it is ill. */
export type Illness = 'unreachable' | 'answer lost' | 'busy' | 'rate limited' | 'refuses';

/** Who works on the history. */
export type Manner =
  /** One process, from beginning to end. */
  | 'one'
  /** Another process takes over at every point of restart. */
  | 'restarts'
  /** So it is, and besides the process ends in the midst of some sends, after the service took the message. */
  | 'crashes'
  /** Two processes, by turns. */
  | 'turns'
  /** Two processes at the same time. */
  | 'together';

/** What a service took. */
export interface Taken {
  at: number;
  channel: string;
  delivery: string;
  message: Message;
}

/** The clock of a machine: somebody may set it back. */
class LooseClock {
  time = START;
  now = (): number => this.time;
}

interface Replica {
  store: OpenStore;
  ctx: AlertingContext;
  alerting: Alerting;
  dead: boolean;
  hung: (() => void)[];
}

const CHANNELS_AND_ROUTES = {
  channels: [
    { name: 'ops', type: 'kept', to: 'ops', failover: 'backup' },
    { name: 'backup', type: 'kept', to: 'backup' },
    { name: 'daily', type: 'kept', to: 'daily', digest: { every: 'hour', at: '00:30' } },
    { name: 'few', type: 'kept', to: 'few', rateLimit: { most: 2, per: '1h' } },
    { name: 'ann', type: 'kept', to: 'ann' },
    { name: 'quiet', type: 'kept', to: 'quiet' },
    { name: 'mute', type: 'kept', to: 'mute', sendResolved: false },
  ],
  timeIntervals: [{ name: 'noon', times: ['12:00-13:00'] }],
  inhibitions: [{ source: { rule: 'page' }, target: { rule: 'latency' }, equal: ['model'] }],
  maintenance: [{ name: 'night', match: { rule: 'latency' }, schedule: '0 3 * * *', duration: '1h' }],
  onCall: {
    people: { ann: { channels: ['ann'] } },
    escalations: {
      wake: {
        steps: [
          { after: '5m', notify: ['person:ann'] },
          { after: '15m', notify: ['channel:backup'] },
        ],
        repeat: 1,
      },
    },
  },
};

const ROUTES = [
  [
    { match: ['model=flights'], channels: ['ops', 'daily', 'mute'], continue: true, escalation: 'wake' },
    { match: ['rule=~note|auc'], channels: ['quiet'], muteTimes: ['noon'], continue: true, groupBy: ['rule'] },
    { match: ['model=flights'], channels: ['few'], groupBy: ['rule'], repeatInterval: '6h' },
  ],
  [
    { match: ['severity=critical'], channels: ['ops', 'few'], escalation: 'wake' },
    { match: ['model=flights'], channels: ['quiet', 'daily'], muteTimes: ['noon'], groupBy: ['...'] },
  ],
];

/** The configuration in one of its two forms: they differ in their routes, and the second has no rule `note`. */
function configOf(variant: number): Config {
  const rules = RULE_NAMES.filter((name) => variant === 0 || name !== 'note').map((name) => {
    const { flapping = false, ...rule } = RULES[name] as Record<string, unknown>;
    return { name, above: 0.5, flapping, ...rule };
  });
  return Config.parse({
    apiVersion: 'leeway/v1',
    ...CHANNELS_AND_ROUTES,
    routes: { channels: ['ops'], groupWait: '1m', groupInterval: '5m', repeatInterval: '30d', routes: ROUTES[variant] },
    models: [
      {
        name: 'flights',
        task: 'binary',
        columns: { features: { distance: { type: 'numeric' } }, score: 'score' },
        monitors: [{ name: 'hourly', window: '1h' }],
        rules,
      },
    ],
  });
}

/** Of what stands under `onlyFor` in a history, the windows of labels that come late. */
interface Window {
  index: number;
  revision: number;
}

/** A history of alerting over a store of its own, worked on in one of several manners, with services that fall ill. */
export class History {
  readonly clock = new LooseClock();
  /** All that services took, repetitions too. */
  readonly taken: Taken[] = [];
  readonly #manner: Manner;
  readonly #empty: EmptyStore;
  readonly #ill = new Map<string, { until: number; how: Illness }>();
  readonly #revisions = new Map<number, number>();
  #replicas: Replica[] = [];
  #config = configOf(0);
  #turn = 0;
  #ids = 0;
  #calls = 0;
  /** Deliveries in the midst of which a process ended. */
  readonly #fatal = new Set<string>();
  #windows = 0;
  #crash: (() => void) | null = null;

  private constructor(manner: Manner, empty: EmptyStore) {
    this.#manner = manner;
    this.#empty = empty;
  }

  static async begin(form: StoreForm, manner: Manner): Promise<History> {
    const history = new History(manner, await form.make());
    const two = manner === 'turns' || manner === 'together';
    for (let i = 0; i < (two ? 2 : 1); i++) history.#replicas.push(await history.#open());
    return history;
  }

  async end(): Promise<void> {
    for (const { store } of this.#replicas) await store.close();
    await this.#empty.remove();
  }

  /** Whoever has the turn. */
  get replica(): Replica {
    if (this.#manner === 'turns' || this.#manner === 'together') this.#turn += 1;
    return this.#replicas[this.#turn % this.#replicas.length]!;
  }

  async #open(): Promise<Replica> {
    const { clock } = this;
    const store = await openStore(this.#empty.location);
    const log = pino({ level: 'silent' });
    const ctx: AlertingContext = {
      clock,
      newId: (prefix) => `${prefix}_${String(++this.#ids).padStart(4, '0')}`,
      log,
      store,
      // One after the other, so that what is due at one time comes in one order.
      jobs: new Jobs({ store, clock, log, concurrency: 1 }),
      events: new Events(clock),
      audit: new Audit(clock),
      config: () => this.#config,
      publicUrl: () => 'https://leeway.example.org',
    };
    const kept = defineChannel({
      type: 'kept',
      label: 'Kept',
      description: 'Keeps what it is told.',
      options: z.strictObject({ to: z.string() }),
      preview: (message) => ({ contentType: 'text/plain', body: message.subject }),
      deliver: async (message, { to }, io) => {
        const call = { channel: to, delivery: io.deliveryId, message };
        return (await tryJson(io, `https://${to}.example.org/`, call)).outcome;
      },
    });
    const replica: Replica = { store, ctx, alerting: undefined as never, dead: false, hung: [] };
    const outbound: Outbound = Object.assign(
      async ({ body }: OutboundRequest) => this.#service(replica, JSON.parse(String(body))),
      { resolve: async () => [] },
    );
    replica.alerting = registerAlerting(ctx, { channels: [kept], outbound, random: () => 0.5 });
    return replica;
  }

  /** A service on the other side: takes a message, or is ill. */
  async #service(replica: Replica, call: Omit<Taken, 'at'>): Promise<OutboundResponse> {
    const answer = (status: number, headers: Record<string, string> = {}): OutboundResponse => {
      return { status, headers, body: '', private: false };
    };
    const take = () => void this.taken.push({ at: this.clock.now(), ...call });
    const found = this.#ill.get(call.channel);
    const how = found && found.until > this.clock.now() ? found.how : null;
    if (how === 'unreachable') throw new OutboundError('network', 'no connection', false);
    if (how === 'busy') return answer(503);
    if (how === 'rate limited') return answer(429, { 'retry-after': '60' });
    if (how === 'refuses') return answer(400);
    take();
    if (how === 'answer lost') throw new OutboundError('deadline', 'no answer', true);
    this.#calls += 1;
    if (this.#manner === 'crashes' && this.#calls % 5 === 0 && !replica.dead && !this.#fatal.has(call.delivery)) {
      replica.dead = true;
      this.#fatal.add(call.delivery); // once, so that it goes on
      await new Promise<void>((_, fail) => {
        replica.hung.push(() => fail(new Error('the process is gone')));
        this.#crash?.();
      });
    }
    return answer(200);
  }

  fallIll(channel: string, minutes: number, how: Illness): void {
    this.#ill.set(channel, { until: this.clock.now() + minutes * MIN, how });
  }

  /** Another process takes over. */
  async restart(): Promise<void> {
    if (this.#manner === 'one') return;
    const at = this.#turn % this.#replicas.length;
    await this.#replicas[at]!.store.close();
    this.#replicas[at] = await this.#open();
  }

  /** The process is gone in the midst of its work; its leases run out, and another one comes. */
  async #recover(): Promise<void> {
    for (const [i, replica] of this.#replicas.entries()) {
      if (!replica.dead) continue;
      await cutOff(replica.store);
      for (const end of replica.hung) end();
      this.#replicas[i] = await this.#open();
    }
    const { db } = this.#replicas[0]!.store;
    await db
      .updateTable('jobs')
      .set({ state: 'queued', leaseOwner: null, leaseUntil: null })
      .where('state', '=', 'leased')
      .execute();
  }

  /** The next window is measured, at once; its labels are not all in. */
  async measure(broken: readonly RuleName[]): Promise<void> {
    const index = this.#windows++;
    await this.#judge({ index, revision: 0 }, broken, false);
  }

  /** Labels of an earlier window have come: its log loss is another one. */
  async labels(back: number, broken: boolean, final: boolean): Promise<void> {
    const index = this.#windows - 1 - back;
    if (index < 0) return;
    const revision = (this.#revisions.get(index) ?? 0) + 1;
    this.#revisions.set(index, revision);
    await this.#judge({ index, revision }, broken ? ['auc'] : [], final, ['auc']);
  }

  async #judge(
    { index, revision }: Window,
    broken: readonly RuleName[],
    final: boolean,
    rules: readonly RuleName[] = RULE_NAMES,
  ): Promise<void> {
    const { alerting, store } = this.replica;
    const windowStart = START - 10_000 * HOUR + index * HOUR;
    const windowEnd = windowStart + HOUR;
    const measurements = rules.map((name) =>
      measurement({
        metric: RULES[name].metric,
        windowStart: iso(windowStart),
        windowEnd: iso(windowEnd),
        value: broken.includes(name) ? 1 : 0,
        coverage: name === 'auc' ? Math.min(1, 0.5 + revision / 10) : null,
        revision,
        status: 'ok',
        n: 1000,
      }),
    );
    const model = this.#config.models[0]!;
    const write = alerting.evaluateRules({
      ...{ model, monitor: 'hourly', measurements, windowStart, windowEnd, revision, final },
    });
    // As the job does that measures windows.
    for (let tries = 1; ; tries++) {
      try {
        return await store.db.transaction().execute((tx) => write(tx));
      } catch (error) {
        if (tries === 3 || !isDeadlock(error)) throw error;
      }
    }
  }

  /** Another configuration is applied. */
  async configure(variant: number): Promise<void> {
    this.#config = configOf(variant);
    const { alerting, store } = this.replica;
    await store.db.transaction().execute((tx) => alerting.reconcileRules(tx));
  }

  /** The clock goes on by so much at once, as of a machine that slept; or is set back. */
  async jump(minutes: number): Promise<void> {
    this.clock.time += minutes * MIN;
    await this.work();
  }

  /** Lets so many minutes pass, from one job that falls due to the next. */
  async pass(minutes: number): Promise<void> {
    const until = this.clock.now() + minutes * MIN;
    for (let turns = 0; ; turns++) {
      if (turns > MOST_TURNS) throw new Error(`work falls due again and again at ${iso(this.clock.now())}`);
      await this.work();
      const { at } = await this.#replicas[0]!.store.db.selectFrom('jobs')
        .select((e) => e.fn.min('runAt').as('at'))
        .where('state', '=', 'queued')
        .where('runAt', '>', this.clock.now())
        .executeTakeFirstOrThrow();
      if (at === null || Number(at) > until) break;
      this.clock.time = Number(at);
    }
    this.clock.time = until;
    await this.work();
  }

  /** Does all that is due. */
  async work(): Promise<void> {
    if (this.#manner === 'together') {
      await Promise.all(this.#replicas.map(({ ctx }) => ctx.jobs.drain()));
      return;
    }
    for (;;) {
      const crashed = new Promise<boolean>((done) => (this.#crash = () => done(true)));
      const drained = this.replica.ctx.jobs.drain().then(() => false);
      drained.catch(() => {}); // of a process that is gone
      if (!(await Promise.race([crashed, drained]))) return;
      await this.#recover();
    }
  }
}

/** Closes a store under those who work on it, between two transactions: SQLite holds on to one that is open. */
const cutOff = (store: OpenStore): Promise<void> =>
  store.dialect === 'sqlite' ? store.db.connection().execute(() => store.close()) : store.close();

const isDeadlock = (error: unknown): boolean => ['40P01', '40001'].includes((error as { code?: string }).code ?? '');

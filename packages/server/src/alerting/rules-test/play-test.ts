import { type Config, durationMs, LeewayError, type ModelConfig } from '@leeway/contract';
import { pino } from 'pino';
import { Audit } from '../../audit/audit.ts';
import { Events } from '../../events/events.ts';
import { Jobs } from '../../jobs/jobs.ts';
import { CHANNELS, type Channel } from '../../notify/index.ts';
import { ManualClock } from '../../platform/clock.ts';
import { type OpenStore, openStore } from '../../store/open.ts';
import { type Arrival, toArrivals } from '../backtest/arrivals.ts';
import { KnownWindows } from '../backtest/known-windows.ts';
import type { AlertingContext } from '../context.ts';
import { registerAlerting } from '../index.ts';
import { measurementsOf } from './measured-windows.ts';
import type { RuleTest } from './test-file.ts';

/** An alert that is pending, firing or recovering. */
export interface SeenAlert {
  rule: string;
  column: string;
  slice: string;
  state: string;
  severity: string;
  value: number | null;
  labels: Record<string, string>;
  summary: string;
}

/** A message as a channel would have sent it. */
export interface SeenMessage {
  at: number;
  channel: string;
  reason: string;
  subject: string;
  /** What the channel's own renderer makes of it. */
  body: string;
}

export interface Played {
  /** By the times that were asked for. */
  alerts: Map<number, SeenAlert[]>;
  messages: SeenMessage[];
}

/** Jobs that make others without end would hang a test. */
const MOST_STOPS = 100_000;

/**
 * Plays measurements through alerting as it runs in production, over a store in memory and under a clock that stops wherever
 * something is due. `looks` are the times at which the open alerts are noted.
 */
export async function playTest(
  config: Config,
  model: ModelConfig,
  test: RuleTest,
  looks: readonly number[],
): Promise<Played> {
  const arrivals = toArrivals(measurementsOf(model, test));
  const [first] = arrivals;
  if (!first) throw new LeewayError('rule_test_invalid', `test "${test.name}": nothing was measured`);
  const store = await openStore(':memory:');
  try {
    const stage = new TestStage(store, config, Math.min(first.at, Date.parse(test.start)));
    const past = new Map(model.rules.map((rule) => [rule, new KnownWindows(rule)]));
    const revisions = new Map<string, number>();
    const alerts = new Map<number, SeenAlert[]>();
    const waiting = [...new Set(looks)].sort((a, b) => a - b);
    /** Notes the alerts at each time that is asked for before `until`. */
    const lookBefore = async (until: number) => {
      for (let next = waiting[0]; next !== undefined && next < until; next = waiting[0]) {
        await stage.turnTo(next);
        alerts.set(waiting.shift()!, await stage.openAlerts());
      }
    };
    for (const arrival of arrivals) {
      await lookBefore(arrival.at);
      await stage.turnTo(arrival.at);
      await stage.judge(model, arrival, past, revisions);
    }
    const end = Math.max(arrivals.at(-1)!.at + durationMs(test.until), (waiting.at(-1) ?? 0) + 1);
    await lookBefore(end);
    await stage.turnTo(end);
    return { alerts, messages: await stage.messages() };
  } finally {
    await store.close();
  }
}

interface Captured {
  at: number;
  delivery: string;
  body: string;
  subject: string;
}

/** Alerting with its jobs, whose channels keep what they would send. */
class TestStage {
  readonly #ctx: AlertingContext;
  readonly #clock: ManualClock;
  readonly #jobs: Jobs;
  readonly #alerting: ReturnType<typeof registerAlerting>;
  readonly #captured: Captured[] = [];

  constructor(store: OpenStore, config: Config, start: number) {
    this.#clock = new ManualClock(start);
    const log = pino({ level: 'silent' });
    this.#jobs = new Jobs({ store, clock: this.#clock, log });
    let ids = 0;
    this.#ctx = {
      ...{ clock: this.#clock, log, store, jobs: this.#jobs, config: () => config },
      newId: (prefix) => `${prefix}_${++ids}`,
      events: new Events(this.#clock),
      audit: new Audit(this.#clock),
      publicUrl: () => config.server.publicUrl ?? 'https://leeway.example.org',
    };
    const channels = CHANNELS.map((channel) => this.#capturing(channel));
    this.#alerting = registerAlerting(this.#ctx, { channels, random: () => 0.5, write: () => {} });
  }

  #capturing(channel: Channel): Channel {
    return {
      ...channel,
      deliver: async (message, options, { deliveryId }) => {
        const { subject, body } = channel.preview(message, options);
        this.#captured.push({ at: this.#clock.now(), delivery: deliveryId, subject: subject ?? message.subject, body });
        return { outcome: 'sent' };
      },
    };
  }

  async judge(
    model: ModelConfig,
    { monitor, measurements, windowStart, windowEnd, final }: Arrival,
    past: ReadonlyMap<object, KnownWindows>,
    revisions: Map<string, number>,
  ): Promise<void> {
    const window = `${monitor}|${windowStart}`;
    const revision = revisions.get(window) ?? 0;
    revisions.set(window, revision + 1);
    const history = new Map(
      [...past.values()].flatMap((known) => {
        known.add(measurements);
        return [...(known.before(windowStart, windowEnd) ?? [])];
      }),
    );
    const write = this.#alerting.evaluateRules({
      ...{ model, monitor, measurements, history, windowStart, windowEnd, revision, final },
    });
    await this.#ctx.store.db.transaction().execute(write);
    await this.#jobs.drain();
  }

  /** Turns the clock, stopping wherever a job is due. */
  async turnTo(until: number): Promise<void> {
    for (let stops = 0; stops < MOST_STOPS; stops++) {
      const row = await this.#ctx.store.db
        .selectFrom('jobs')
        .select((e) => e.fn.min('runAt').as('next'))
        .where('state', '=', 'queued')
        .executeTakeFirst();
      if (row?.next === null || row?.next === undefined || Number(row.next) > until) break;
      this.#clock.set(Math.max(this.#clock.now(), Number(row.next)));
      await this.#jobs.drain();
    }
    this.#clock.set(Math.max(until, this.#clock.now()));
  }

  async openAlerts(): Promise<SeenAlert[]> {
    const alerts = await this.#alerting.listAlerts();
    return alerts
      .filter(({ state }) => state !== 'resolved')
      .map(({ rule, column, slice, state, severity, value, labels, summary }) => ({
        ...{ rule, column, slice, state, severity, value, labels, summary },
      }))
      .sort((a, b) => (`${a.rule}|${a.column}|${a.slice}` < `${b.rule}|${b.column}|${b.slice}` ? -1 : 1));
  }

  /** In the order in which they were sent; those of one moment by channel. */
  async messages(): Promise<SeenMessage[]> {
    const rows = await this.#ctx.store.db.selectFrom('deliveries').select(['id', 'channel', 'reason']).execute();
    const byId = new Map(rows.map((row) => [row.id, row]));
    return this.#captured
      .map(({ at, delivery, subject, body }) => {
        const { channel = '', reason = '' } = byId.get(delivery) ?? {};
        return { at, channel, reason, subject, body };
      })
      .sort((a, b) => a.at - b.at || (a.channel < b.channel ? -1 : a.channel > b.channel ? 1 : 0));
  }
}

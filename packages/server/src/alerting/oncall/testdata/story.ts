import { Config } from '@leeway/contract';
import { pino } from 'pino';
import { z } from 'zod';
import { Audit } from '../../../audit/audit.ts';
import { Events } from '../../../events/events.ts';
import { Jobs } from '../../../jobs/jobs.ts';
import { defineChannel, type Outcome } from '../../../notify/channel.ts';
import type { Message } from '../../../notify/message.ts';
import { iso, ManualClock } from '../../../platform/clock.ts';
import { type OpenStore, openStore } from '../../../store/open.ts';
import type { EmptyStore, StoreForm } from '../../../testing/stores.ts';
import type { AlertingContext } from '../../context.ts';
import { type Alerting, registerAlerting } from '../../index.ts';
import { measurement } from '../../testdata/measurement.ts';

export const MIN = 60_000;
const DAY = 1_440 * MIN;
export const START = Date.parse('2026-03-02T00:00:00Z'); // a Monday

export interface Said {
  minute: number;
  channel: string;
  message: Message;
}

/** Alerting over a store of its own, with channels that keep what they are told, and a clock that goes from job to job. */
export class Story {
  readonly clock = new ManualClock(START);
  readonly said: Said[] = [];
  /** What the channels answer, the next first; they take it when there is none. */
  readonly answers: Outcome[] = [];
  readonly config: Config;
  readonly #empty: EmptyStore;
  store: OpenStore;
  ctx!: AlertingContext;
  alerting!: Alerting;
  #window = 0;

  private constructor(config: object, empty: EmptyStore, store: OpenStore) {
    this.config = Config.parse({ apiVersion: 'leeway/v1', ...config });
    this.#empty = empty;
    this.store = store;
    this.#start();
  }

  static async begin(form: StoreForm, config: object): Promise<Story> {
    const empty = await form.make();
    return new Story(config, empty, await openStore(empty.location));
  }

  /** Another process takes over, as after a crash. */
  async restart(): Promise<void> {
    await this.store.close();
    this.store = await openStore(this.#empty.location);
    this.#start();
  }

  async end(): Promise<void> {
    await this.store.close();
    await this.#empty.remove();
  }

  #start(): void {
    const { clock, store } = this;
    const log = pino({ level: 'silent' });
    let n = 0;
    this.ctx = {
      clock,
      newId: (prefix) => `${prefix}_${clock.now()}_${++n}`,
      log,
      store,
      jobs: new Jobs({ store, clock, log }),
      events: new Events(clock),
      audit: new Audit(clock),
      config: () => this.config,
      publicUrl: () => 'https://leeway.example.org',
    };
    const kept = defineChannel({
      type: 'kept',
      label: 'Kept',
      description: 'Keeps what it is told.',
      options: z.strictObject({ to: z.string() }),
      preview: (message) => ({ contentType: 'text/plain', body: message.subject }),
      deliver: async (message, { to }) => {
        const outcome = this.answers.shift() ?? { outcome: 'sent' };
        if (outcome.outcome === 'sent') this.said.push({ minute: this.minute(), channel: to, message });
        return outcome;
      },
    });
    this.alerting = registerAlerting(this.ctx, { channels: [kept], random: () => 0.5 });
  }

  minute = (): number => (this.clock.now() - START) / MIN;

  /** Measures the next window: every rule of the model is broken, or none is. */
  async measure(bad: boolean): Promise<void> {
    const model = this.config.models[0];
    if (!model) throw new Error('the story has no model');
    const windowStart = START - 1_000 * DAY + this.#window++ * DAY;
    const [from, to] = [iso(windowStart), iso(windowStart + DAY)];
    const measurements = model.rules.map(({ metric }) =>
      measurement({ metric, windowStart: from, windowEnd: to, value: bad ? 1 : 0, status: 'ok', n: 1000 }),
    );
    const write = this.alerting.evaluateRules({
      model,
      monitor: 'daily',
      measurements,
      windowStart,
      windowEnd: windowStart + DAY,
      revision: 0,
    });
    await this.store.db.transaction().execute((tx) => write(tx));
  }

  /** Lets the time pass to a minute of the story, from one job that falls due to the next. */
  async pass(toMinute: number): Promise<void> {
    const until = START + toMinute * MIN;
    for (;;) {
      await this.ctx.jobs.drain();
      const { at } = await this.store.db
        .selectFrom('jobs')
        .select((e) => e.fn.min('runAt').as('at'))
        .where('state', '=', 'queued')
        .where('runAt', '>', this.clock.now())
        .executeTakeFirstOrThrow();
      if (at === null || Number(at) > until) break;
      this.clock.set(Number(at));
    }
    this.clock.set(until);
    await this.ctx.jobs.drain();
  }

  /** What was said since the last time: "minute channel reason", in the order of time and then of channels. */
  heard(): string[] {
    return this.said
      .splice(0)
      .toSorted((a, b) => a.minute - b.minute || (a.channel < b.channel ? -1 : 1))
      .map(({ minute, channel, message }) => `${minute} ${channel} ${message.reason}`);
  }

  /** The alert that is open. */
  async open(): Promise<string> {
    const [alert] = await this.alerting.listAlerts({ state: 'open' });
    if (!alert) throw new Error('no alert is open');
    return alert.id;
  }
}

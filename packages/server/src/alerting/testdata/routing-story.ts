import { iso } from '../../platform/clock.ts';
import type { StoreForm } from '../../testing/stores.ts';
import { MIN, START, Story } from '../oncall/testdata/story.ts';
import { measurement } from './measurement.ts';

export { MIN, START };

const HOUR = 60 * MIN;

/** Rules by their metric, each broken by 1 and well at 0. */
const RULES = {
  quality: { metric: 'quality.rejected_share', severity: 'warning' },
  drift: { metric: 'drift.share', severity: 'warning' },
  auc: { metric: 'log_loss', severity: 'warning' },
  latency: { metric: 'service.latency_p95', severity: 'warning' },
  page: { metric: 'service.error_share', severity: 'critical' },
  note: { metric: 'slices.found', severity: 'info' },
} as const;
export type RuleName = keyof typeof RULES;

/** A configuration with one model, `flights`, whose windows last an hour. */
export function configured(
  over: object = {},
  { channel = {}, model = {}, route = {}, rule = {} }: Record<string, object> = {},
) {
  return {
    channels: [{ name: 'ops', type: 'kept', to: 'ops', ...channel }],
    routes: { channels: ['ops'], groupWait: '1m', groupInterval: '5m', repeatInterval: '30d', ...route },
    models: [
      {
        name: 'flights',
        task: 'binary',
        columns: { features: { distance: { type: 'numeric' } }, score: 'score' },
        monitors: [{ name: 'hourly', window: '1h' }],
        rules: Object.entries(RULES).map(([name, one]) => ({ name, above: 0.5, ...one, ...rule })),
        ...model,
      },
    ],
    ...over,
  };
}

/** A story whose alerts are told by name: those that are named fire, the others do not. */
export class RoutingStory {
  readonly story: Story;
  #window = 0;

  constructor(story: Story) {
    this.story = story;
  }

  static async begin(form: StoreForm, config: object): Promise<RoutingStory> {
    return new RoutingStory(await Story.begin(form, config));
  }

  /** Measures the next window, now. */
  async firing(...names: RuleName[]): Promise<void> {
    const { alerting, config, store } = this.story;
    const model = config.models[0]!;
    const windowStart = START - 10_000 * HOUR + this.#window++ * HOUR;
    const windowEnd = windowStart + HOUR;
    const measurements = Object.entries(RULES).map(([name, { metric }]) =>
      measurement({
        metric,
        windowStart: iso(windowStart),
        windowEnd: iso(windowEnd),
        value: names.includes(name as RuleName) ? 1 : 0,
        status: 'ok',
        n: 1000,
      }),
    );
    const window = { measurements, windowStart, windowEnd, revision: 0 };
    const write = alerting.evaluateRules({ model, monitor: 'hourly', ...window });
    await store.db.transaction().execute((tx) => write(tx));
  }

  /** Lets so many minutes pass, and gives what was said: "channel reason: rule state, ...". */
  async after(minutes: number): Promise<string[]> {
    await this.story.pass(this.story.minute() + minutes);
    return this.story.said.splice(0).map(({ channel, message }) => {
      const alerts = message.alerts.map(({ rule, state }) => `${rule} ${state}`).sort();
      return `${channel} ${message.reason}: ${alerts.join(', ')}`;
    });
  }

  /** Other windows, then so many minutes. */
  async next(names: RuleName[], minutes = 10): Promise<string[]> {
    await this.firing(...names);
    return this.after(minutes);
  }

  /** "reason (why)" of all that was decided, oldest first. */
  async log(): Promise<{ reason: string; why: string; sent: number; alerts: Record<string, unknown>[] }[]> {
    const rows = await this.story.store.db.selectFrom('notificationLog').selectAll().orderBy('id').execute();
    return rows.map(({ reason, why, sent, alerts }) => ({
      reason,
      why,
      sent: Number(sent),
      alerts: JSON.parse(alerts as string) as Record<string, unknown>[],
    }));
  }
}

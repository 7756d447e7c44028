import type { Measurement } from '@leeway/contract';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Context } from '../context.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { newestMeasurements } from './newest-measurements.ts';
import { stateGauges } from './state-gauges.ts';

const LABELS = ['model', 'monitor', 'metric', 'column', 'slice', 'version'] as const;

/** What of a measurement is exposed, each as a gauge of its own; what is null is absent, never zero. */
const PARTS: readonly (readonly [suffix: string, help: string, value: (m: Measurement) => number | null])[] = [
  ['', 'Newest measurement.', (m) => (m.status === 'ok' ? m.value : null)],
  ['_lower', 'Lower bound of the interval.', (m) => (m.status === 'ok' ? m.lower : null)],
  ['_upper', 'Upper bound of the interval.', (m) => (m.status === 'ok' ? m.upper : null)],
  ['_reference', 'The same number about the reference.', (m) => m.reference],
  ['_threshold', 'Limit that the measurement is judged by, where it has one of its own.', (m) => m.threshold],
  ['_rows', 'Rows behind the measurement.', (m) => m.n],
  ['_window_end_timestamp_seconds', 'End of the window that was measured.', (m) => Date.parse(m.windowEnd) / 1000],
];

/**
 * What `GET /metrics` says. Measurements are read when they are first asked for, and again of a monitor only after it has
 * measured: a scrape is no query over history. `server.metrics` bounds what is told.
 */
export class Exposition {
  readonly #ctx: Context;
  readonly #registry = new Registry();
  readonly #parts: Gauge[];
  readonly #drift: Gauge;
  readonly #dropped: Gauge;
  /** By "model/monitor"; undefined: to be read again. */
  readonly #newest = new Map<string, readonly Measurement[]>();
  #building: Promise<void> = Promise.resolve();
  #stale = true;

  constructor(ctx: Context, ingest: Pick<Ingest, 'counts'>) {
    this.#ctx = ctx;
    collectDefaultMetrics({ register: this.#registry });
    stateGauges(ctx, this.#registry);
    new Counter({
      name: 'leeway_rows_total',
      help: 'Rows that came to this process.',
      labelNames: ['model', 'kind', 'outcome'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { rows, ...labels } of ingest.counts()) this.inc(labels, rows);
      },
    });
    const registers = [this.#registry];
    const labelNames = [...LABELS];
    this.#parts = PARTS.map(
      ([suffix, help]) => new Gauge({ name: `leeway_measurement${suffix}`, help, labelNames, registers }),
    );
    this.#drift = new Gauge({
      name: 'leeway_drift_detected',
      help: '1 where the newest window of the monitor drifted as a whole, else 0.',
      labelNames: ['model', 'monitor'],
      registers,
    });
    this.#dropped = new Gauge({
      name: 'leeway_measurements_dropped',
      help: 'Newest measurements that are left out, beyond server.metrics.most.',
      registers,
    });
  }

  /** The monitor has measured, or all of them may have changed. */
  stale(model?: string, monitor?: string): void {
    if (model === undefined || monitor === undefined) this.#newest.clear();
    else this.#newest.delete(`${model}/${monitor}`);
    this.#stale = true;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The whole text. Scrapes that come at once share the work. */
  async text(): Promise<string> {
    this.#building = this.#building.catch(() => {}).then(() => this.#refresh());
    await this.#building;
    return this.#registry.metrics();
  }

  async #refresh(): Promise<void> {
    if (!this.#stale) return;
    this.#stale = false;
    try {
      await this.#read();
    } catch (error) {
      this.#stale = true;
      throw error;
    }
    this.#expose();
  }

  async #read(): Promise<void> {
    const { models, server } = this.#ctx.config();
    const known = new Set<string>();
    for (const model of models) {
      for (const monitor of model.monitors) {
        const key = `${model.name}/${monitor.name}`;
        known.add(key);
        if (this.#newest.has(key)) continue;
        // Set before it is read: what is measured meanwhile takes it away again.
        this.#newest.set(key, []);
        const found = await newestMeasurements(this.#ctx, model, monitor, server.metrics);
        if (this.#newest.has(key)) this.#newest.set(key, found);
      }
    }
    for (const key of this.#newest.keys()) if (!known.has(key)) this.#newest.delete(key);
  }

  #expose(): void {
    for (const gauge of [...this.#parts, this.#drift]) gauge.reset();
    const { most } = this.#ctx.config().server.metrics;
    const all = [...this.#newest.values()].flat();
    // What is about a whole model goes first where there is no room for all.
    const told = all.toSorted((a, b) => breadth(a) - breadth(b)).slice(0, most);
    this.#dropped.set(all.length - told.length);
    for (const measurement of told) {
      const { model, monitor, metric, column, slice, version } = measurement;
      const labels = { model, monitor, metric, column, slice, version };
      for (const [i, [, , value]] of PARTS.entries()) {
        const x = value(measurement);
        if (x !== null && Number.isFinite(x)) this.#parts[i]?.set(labels, x);
      }
      if (metric === 'drift.share' && column === '' && slice === '' && version === '' && measurement.status === 'ok') {
        this.#drift.set({ model, monitor }, measurement.reason === 'drift' ? 1 : 0);
      }
    }
  }
}

const breadth = ({ column, slice, version }: Measurement): number =>
  [column, slice, version].filter((part) => part !== '').length;

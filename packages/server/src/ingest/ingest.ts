import { type IngestResult, LeewayError, type ModelConfig, type Rejection } from '@leeway/contract';
import { type Context, modelOf } from '../context.ts';
import { feedbackCheck } from './feedback-check.ts';
import { kpiCheck } from './kpi-check.ts';
import { type Checked, labelCheck, predictionCheck, type WarehouseRow } from './validate.ts';
import { GroupWriter, writeFeedback, writeKpis, writeLabels, writePredictions } from './writer.ts';

type Kind = 'prediction' | 'label' | 'feedback' | 'kpi';

interface RowCount {
  model: string;
  kind: Kind;
  outcome: 'accepted' | 'duplicate' | 'rejected';
  rows: number;
}

interface Lane {
  model: ModelConfig;
  check: Record<Kind, (input: unknown, now: number) => Checked>;
  writer: Record<Kind, GroupWriter>;
}

/** The way in: checks rows, keeps the bad ones in quarantine with the reason, and acknowledges only what is durable. */
export class Ingest {
  readonly #ctx: Context;
  readonly #lanes = new Map<string, Lane>();
  readonly #told = new Map<string, number>();
  readonly #counts = new Map<string, RowCount>();

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** Stores predictions given as parsed JSON. Bad rows are named in the result and kept in quarantine. */
  predictions(modelName: string, rows: Iterable<unknown>): Promise<IngestResult> {
    return this.#take(modelName, 'prediction', rows);
  }

  labels(modelName: string, rows: Iterable<unknown>): Promise<IngestResult> {
    return this.#take(modelName, 'label', rows);
  }

  /** Stores what people said of predictions. */
  feedback(modelName: string, rows: Iterable<unknown>): Promise<IngestResult> {
    return this.#take(modelName, 'feedback', rows);
  }

  /** Stores points of the model's KPIs. */
  kpis(modelName: string, rows: Iterable<unknown>): Promise<IngestResult> {
    return this.#take(modelName, 'kpi', rows);
  }

  /** Stores rows that are under the warehouse's names already, such as those the gateway captured. */
  async captured(modelName: string, rows: WarehouseRow[]): Promise<void> {
    const { accepted, duplicates } = await this.#lane(modelName).writer.prediction.add(rows);
    this.#count(modelName, 'prediction', { accepted, duplicate: duplicates, rejected: 0 });
    await this.#tell(modelName, rows.length);
  }

  /** Waits until everything that was taken in is stored. */
  async settle(): Promise<void> {
    for (const lane of this.#lanes.values()) {
      await lane.writer.prediction.settle();
      await lane.writer.label.settle();
      await lane.writer.feedback.settle();
      await lane.writer.kpi.settle();
    }
  }

  async #take(modelName: string, kind: Kind, input: Iterable<unknown>): Promise<IngestResult> {
    const lane = this.#lane(modelName);
    const now = this.#ctx.clock.now();
    const good: WarehouseRow[] = [];
    const rejected: Rejection[] = [];
    const bad: object[] = [];
    let position = 0;
    for (const given of input) {
      const checked: Checked =
        given instanceof BadLine ? { code: 'invalid_line', message: given.message } : lane.check[kind](given, now);
      if ('row' in checked) {
        good.push(checked.row);
      } else {
        rejected.push({ row: position, ...checked });
        const row = given instanceof BadLine ? given.text : JSON.stringify(given);
        bad.push({ model: modelName, kind, received: now, ...checked, row: row.slice(0, 8_192) });
      }
      position += 1;
    }
    // The good rows first: a batch that is turned away comes again whole, and its bad rows must not be counted twice.
    const written = await lane.writer[kind].add(good);
    await this.#ctx.warehouse.insert('quarantine', bad, 'ingest/quarantine');
    this.#count(modelName, kind, { accepted: written.accepted, duplicate: written.duplicates, rejected: bad.length });
    if (written.accepted > 0) await this.#tell(modelName, written.accepted);
    return { ...written, rejected };
  }

  #count(model: string, kind: Kind, outcomes: Record<RowCount['outcome'], number>): void {
    for (const [outcome, rows] of Object.entries(outcomes) as [RowCount['outcome'], number][]) {
      const key = `${model}|${kind}|${outcome}`;
      const count = this.#counts.get(key) ?? { model, kind, outcome, rows: 0 };
      count.rows += rows;
      this.#counts.set(key, count);
    }
  }

  /** Rows that this process has taken in since it began. */
  counts(): readonly RowCount[] {
    return [...this.#counts.values()];
  }

  /** The checks and writers of a model, made anew when its configuration has changed. */
  #lane(modelName: string): Lane {
    const model = modelOf(this.#ctx, modelName);
    const present = this.#lanes.get(modelName);
    if (present?.model === model) return present;
    const most = this.#ctx.config().server.maxQueuedRows;
    const lane: Lane = {
      model,
      check: {
        prediction: predictionCheck(model),
        label: labelCheck(model),
        feedback: feedbackCheck(model),
        kpi: kpiCheck(model),
      },
      writer: {
        prediction: new GroupWriter(writePredictions(this.#ctx.warehouse, model), most),
        label: new GroupWriter(writeLabels(this.#ctx.warehouse, model), most),
        feedback: new GroupWriter(writeFeedback(this.#ctx.warehouse, model), most),
        kpi: new GroupWriter(writeKpis(this.#ctx.warehouse, model), most),
      },
    };
    this.#lanes.set(modelName, lane);
    return lane;
  }

  /** Tells browsers that rows came, about once a second. The rows are stored: what goes wrong here is no fault of theirs. */
  async #tell(model: string, rows: number): Promise<void> {
    const now = Date.now();
    if (now - (this.#told.get(model) ?? 0) < 1_000) return;
    this.#told.set(model, now);
    await this.#ctx.events
      .emit(this.#ctx.store.db, 'ingest.progress', model, { rows })
      .catch((err: unknown) => this.#ctx.log.warn({ err }, 'could not tell that rows came'));
  }
}

/** A line of NDJSON that is not JSON: it goes to quarantine like any other bad row. */
export class BadLine {
  readonly text: string;
  readonly message: string;
  constructor(text: string, message: string) {
    this.text = text;
    this.message = message;
  }
}

/** Rows of a body: one JSON object, an array of them, or one a line. */
export function parseRows(body: string, contentType: string): unknown[] {
  if (/ndjson|jsonl|json-seq|x-ldjson/.test(contentType)) {
    const rows: unknown[] = [];
    for (const line of body.split('\n')) {
      if (line.trim() === '') continue;
      try {
        rows.push(JSON.parse(line));
      } catch (error) {
        rows.push(new BadLine(line, `${(error as Error).message}`));
      }
    }
    return rows;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw new LeewayError('invalid_json', (error as Error).message);
  }
  return Array.isArray(parsed) ? parsed : [parsed];
}

import { readFile } from 'node:fs/promises';
import {
  type ExplainRequest,
  type Explanation,
  LeewayError,
  type ModelConfig,
  type VersionInfo,
} from '@leeway/contract';
import { type Context, modelOf } from '../context.ts';
import { type ColumnBatch, readColumns } from '../gateway/columns.ts';
import type { Prediction } from '../gateway/runtime.ts';
import { readModel } from '../learner/onnx-proto.ts';
import { artifactPath } from '../registry/artifacts.ts';
import { championOf, versionOf } from '../registry/versions.ts';
import { type Background, readBackground, readPrediction } from './background.ts';
import { type ReadTrees, treesOf } from './by-trees.ts';
import { explainRow } from './explain-row.ts';
import { UnreadableTrees } from './read-ensemble.ts';
import { Recent } from './recent.ts';
import { RequestLimit } from './request-limit.ts';

/** What a version says of rows, which are not recorded. */
export type Infer = (model: string, version: string, batch: ColumnBatch) => Promise<Prediction>;

/** Explanations that one caller may ask for in a minute, and that may be under way or wait in all. */
const PER_MINUTE = 60;
const AT_ONCE = 8;
/** Trees and backgrounds of versions that are kept in memory. */
const KEPT = 4;
/** New rows come in: those of the last days are read again after this. */
const RECENT_MS = 10 * 60_000;

/** Explains single predictions, one after the other: a model computes on the thread that serves. */
export class Explanations {
  readonly #ctx: Context;
  readonly #infer: Infer;
  readonly #limit: RequestLimit;
  readonly #trees = new Recent<ReadTrees | UnreadableTrees>(KEPT);
  readonly #backgrounds = new Recent<{ readAt: number; background: Background }>(KEPT);
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ctx: Context, infer: Infer) {
    this.#ctx = ctx;
    this.#infer = infer;
    this.#limit = new RequestLimit({ perMinute: PER_MINUTE, atOnce: AT_ONCE });
  }

  /**
   * @throws LeewayError `too_many_requests`, `unknown_prediction`, `unknown_version`, `no_champion`, `not_servable`, `not_explainable`,
   * `invalid_request` or `wrong_type`.
   */
  async explain(caller: string, name: string, request: ExplainRequest): Promise<Explanation> {
    const leave = this.#limit.enter(caller, this.#ctx.clock.now());
    const turn = this.#turn.then(() => this.#explain(name, request)).finally(leave);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #explain(name: string, request: ExplainRequest): Promise<Explanation> {
    const model = modelOf(this.#ctx, name);
    const { batch, answeredBy } = await this.#rowOf(model, request);
    const version = await this.#versionOf(model.name, request.version, answeredBy);
    const [trees, { batch: background, from }] = [
      await this.#treesOf(model, version),
      await this.#backgroundOf(model, version),
    ];
    const { backgroundRows, ...found } = await explainRow({
      model,
      row: batch,
      background,
      method: request.method,
      trees,
      predict: (rows) => this.#infer(model.name, version.version, rows),
    });
    return {
      ...{ model: model.name, version: version.version, id: request.id ?? null },
      ...found,
      background: { rows: backgroundRows, from },
    };
  }

  async #rowOf(model: ModelConfig, { id, row }: ExplainRequest) {
    if ((id === undefined) === (row === undefined)) {
      throw new LeewayError('invalid_request', 'expected either id or row');
    }
    if (row) {
      const { batch } = readColumns(model, 1, (name) => (Object.hasOwn(row, name) ? [row[name]] : undefined));
      return { batch, answeredBy: null };
    }
    const recorded = await readPrediction(this.#ctx, model, id!);
    if (!recorded) throw new LeewayError('unknown_prediction', `${model.name} has no prediction with the id "${id}"`);
    return { batch: recorded.batch, answeredBy: recorded.version || null };
  }

  async #versionOf(model: string, asked: string | undefined, answeredBy: string | null): Promise<VersionInfo> {
    const { db } = this.#ctx.store;
    if (asked !== undefined) return versionOf(db, model, asked);
    // Predictions that were sent in may name a version that was never registered here.
    const answered = answeredBy === null ? null : await versionOf(db, model, answeredBy).catch(() => null);
    const version = answered ?? (await championOf(db, model));
    if (!version) throw new LeewayError('no_champion', `model ${model}`);
    return version;
  }

  async #treesOf(model: ModelConfig, { artifact }: VersionInfo): Promise<ReadTrees | UnreadableTrees> {
    if (artifact.format !== 'onnx') return new UnreadableTrees('it is no ONNX file');
    const key = `${artifact.hash}/${JSON.stringify(model.columns)}`;
    return this.#trees.get(key, async () => {
      try {
        return treesOf(readModel(await readFile(artifactPath(this.#ctx, artifact.hash))), model);
      } catch (error) {
        if (error instanceof UnreadableTrees) return error;
        throw error;
      }
    });
  }

  async #backgroundOf(model: ModelConfig, version: VersionInfo): Promise<Background> {
    const key = `${model.name}/${version.version}/${JSON.stringify(model.columns.features)}`;
    const read = async () => {
      const background = await readBackground(this.#ctx, model, version);
      if (!background) {
        throw new LeewayError(
          'not_explainable',
          `${model.name} has no rows to compare with: none of the time it was trained with, none of the last 30 days`,
        );
      }
      return { readAt: this.#ctx.clock.now(), background };
    };
    const { readAt, background } = await this.#backgrounds.get(key, read);
    if (background.from === 'training' || this.#ctx.clock.now() - readAt < RECENT_MS) return background;
    this.#backgrounds.forget(key);
    return (await this.#backgrounds.get(key, read)).background;
  }
}

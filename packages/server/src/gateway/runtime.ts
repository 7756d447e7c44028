import { readFile } from 'node:fs/promises';
import { LeewayError, type ModelConfig } from '@leeway/contract';
import type { InferenceSession } from 'onnxruntime-node';
import { readModel } from '../learner/onnx-proto.ts';
import type { ColumnBatch } from './columns.ts';
import { classesOf } from './onnx-classes.ts';
import { bindSignature, type Signature } from './signature.ts';

/** What a model says of each row. */
export interface Prediction {
  /** Classes, or numbers for a regression. */
  prediction: string[] | Float64Array;
  /** Probability of the positive class, for a binary task. */
  score: Float64Array | null;
  /** Probability of each class of `columns.scores`; absent where the model does not give all of them. */
  scores?: ReadonlyMap<string, Float64Array>;
}

/** A loaded version of a model, checked against its configuration. */
export interface Runner {
  readonly task: ModelConfig['task'];
  /** What it predicts of each row. @throws LeewayError `model_failed` when the runtime refuses the values. */
  predict(batch: ColumnBatch): Promise<Prediction>;
  /** Frees the model when the predictions under way have ended. No prediction may begin after it. */
  close(): Promise<void>;
}

/**
 * onnxruntime-node computes on the thread that calls it, so a batch goes through it in pieces, between which the event loop
 * serves others; a piece is made as large as it may be without taking longer than this.
 */
const PAUSE_MS = 5;
/** Bounds the memory of a piece too. */
const MOST_ROWS = 8_192;

/**
 * Loads an ONNX model and checks that it serves the model as configured: one input a feature or one matrix of all in declared
 * order, `label` and probabilities for classifiers, a number for regressions.
 * @throws LeewayError `broken_model`, saying what is wrong.
 */
export async function loadOnnx(source: string | Uint8Array, model: ModelConfig): Promise<Runner> {
  const bytes = typeof source === 'string' ? await readFile(source) : source;
  // Loaded on first use: 46 MB of native code that a server without a gateway does not need.
  const ort = await import('onnxruntime-node');
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(bytes, {
      // Requests are what runs in parallel; more threads for one cost more than they bring on small models.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw new LeewayError('broken_model', `onnxruntime cannot load it: ${(error as Error).message}`, { cause: error });
  }
  try {
    const probable = model.task === 'binary' || model.columns.scores !== undefined;
    const classes = probable ? classesOf(readModel(bytes)) : null;
    return new OnnxRunner(session, model, bindSignature(ort.Tensor, session, classes, model));
  } catch (error) {
    await session.release();
    throw error;
  }
}

class OnnxRunner implements Runner {
  readonly task: ModelConfig['task'];
  readonly #name: string;
  readonly #session: InferenceSession;
  readonly #signature: Signature;
  #pieceRows = 256;
  #underWay = 0;
  #closing: (() => void) | undefined;

  constructor(session: InferenceSession, model: ModelConfig, signature: Signature) {
    this.task = model.task;
    this.#name = model.name;
    this.#session = session;
    this.#signature = signature;
  }

  async predict(batch: ColumnBatch): Promise<Prediction> {
    this.#underWay++;
    try {
      const pieces: Prediction[] = [];
      for (let from = 0; from < batch.rows; ) {
        const to = Math.min(batch.rows, from + this.#pieceRows);
        pieces.push(await this.#run(batch, from, to));
        from = to;
      }
      return pieces.length === 1 ? pieces[0]! : concatenate(pieces);
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#closing?.();
    }
  }

  async #run(batch: ColumnBatch, from: number, to: number): Promise<Prediction> {
    const started = performance.now();
    try {
      const outputs = await this.#session.run(this.#signature.feeds(batch, from, to), this.#signature.outputs);
      this.#adapt(to - from, performance.now() - started);
      return this.#signature.read(outputs);
    } catch (error) {
      if (error instanceof LeewayError) throw error;
      throw new LeewayError('model_failed', `${this.#name}, rows ${from} to ${to - 1}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  #adapt(rows: number, ms: number): void {
    if (ms > PAUSE_MS) this.#pieceRows = Math.max(1, Math.floor((rows * PAUSE_MS) / ms));
    else if (rows === this.#pieceRows && ms < PAUSE_MS / 2) this.#pieceRows = Math.min(MOST_ROWS, rows * 2);
  }

  async close(): Promise<void> {
    // Who was handed this runner in the same turn has begun by the next one.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#closing = resolve;
      });
    }
    await this.#session.release();
  }
}

function concatenate(pieces: Prediction[]): Prediction {
  const scores = pieces.map((piece) => piece.score).filter((score) => score !== null);
  const { prediction: first, scores: ofClasses } = pieces[0]!;
  return {
    prediction: Array.isArray(first)
      ? pieces.flatMap((piece) => piece.prediction as string[])
      : concatenateNumbers(pieces.map((piece) => piece.prediction as Float64Array)),
    score: scores.length > 0 ? concatenateNumbers(scores) : null,
    ...(ofClasses
      ? {
          scores: new Map(
            Array.from(ofClasses.keys(), (name) => [
              name,
              concatenateNumbers(pieces.map((piece) => piece.scores!.get(name)!)),
            ]),
          ),
        }
      : {}),
  };
}

function concatenateNumbers(parts: Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

import type { GateConfig, GateResult, ModelConfig, RunEvaluation, Task } from '@leeway/contract';
import type { MetricEstimate } from '@leeway/stats';
import type { TableColumn } from '../../learner/read-table.ts';
import type { Outbound } from '../../platform/outbound.ts';
import type { Warehouse } from '../../warehouse/warehouse.ts';
import type { Scorer } from '../context.ts';
import type { Holdout } from '../holdout.ts';

export type GateType = GateConfig['type'];
export type ConfigOf<T extends GateType> = Extract<GateConfig, { type: T }>;

/** What one model said of the held-out rows. */
export interface Said {
  /** Positions in `classes` (of a binary model 1 is positive), or numbers. */
  predicted: Float64Array;
  /** Probability of the positive class, where the model gives one. */
  scores: Float64Array | null;
  /** Of several classes, the probability of each that is recorded. */
  ofClasses?: ReadonlyMap<string, Float64Array> | undefined;
}

/** Held-out rows, and what both models said of them. Plain data, since it goes to a thread. */
export interface Evidence {
  task: Task;
  /** Positions in `classes`, or numbers. */
  labels: Float64Array;
  classes: readonly string[];
  /** Milliseconds since 1970, in ascending order. */
  times: Float64Array;
  /** 1 where a row is of the old regime; null where none was held out. */
  old: Uint8Array | null;
  /** Columns by which rows are told apart: slices, groups, clusters. */
  columns: ReadonlyMap<string, TableColumn>;
  /** The model's own slices among them. */
  slices: readonly string[];
  challenger: Said;
  champion: Said | null;
  /** Why there is nothing to compare with, or null when there is. */
  withoutChampion: 'no_champion' | 'champion_not_scored' | null;
  /** Fewer rows are inconclusive, unless a gate says otherwise. */
  minimumRows: number;
  /** The same seed gives the same draws. */
  seed: number;
}

/** A model at work. */
export interface LiveModel {
  version: string;
  format: string;
  /** File of the artifact. */
  path: string;
  bytes: number;
  /** Null where it cannot be run here. */
  scorer: Scorer | null;
}

/** What gates may use that look at more than what both models said of the held-out rows. */
export interface LiveEvidence {
  model: ModelConfig;
  holdout: Holdout;
  challenger: LiveModel;
  champion: LiveModel | null;
  /** What is known so far, the results of the other gates among it. */
  evaluation: RunEvaluation;
  /** Both models' words for the held-out rows. */
  evidence: Evidence;
  /** Path of explanations.json, which the trainer may have left. */
  given: string;
  /** What gates found of the champion when it was new; empty where that is not known. */
  championGates: readonly GateResult[];
  /** A folder of this gate's own, which is there. */
  dir: string;
  outbound: Outbound;
  warehouse: Warehouse;
  /** Now, in milliseconds since 1970. */
  now: number;
  signal: AbortSignal;
}

/**
 * A kind of gate. A new one is one file and one line in index.ts, and its options in the contract's gate-config.ts.
 * - `numbers` is judged in a thread, by what both models said of the held-out rows: pure and seeded.
 * - `live` is judged in the server, after all of those: it may run the models, read the warehouse and call out.
 */
export type Gate<T extends GateType = GateType> =
  | {
      type: T;
      phase: 'numbers';
      /** Columns of the held-out rows that it needs beside what every gate has. */
      columns?(gate: ConfigOf<T>, model: ModelConfig): string[];
      judge(gate: ConfigOf<T>, evidence: Evidence): GateResult;
    }
  | {
      type: T;
      phase: 'live';
      judge(gate: ConfigOf<T>, live: LiveEvidence): Promise<GateResult>;
    };

export const defineGate = <T extends GateType>(gate: Gate<T>): Gate<T> => gate;

/** Metrics of one model on some rows, by id. */
export type Metrics = Record<string, MetricEstimate>;

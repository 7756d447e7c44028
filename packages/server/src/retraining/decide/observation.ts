import type { DriftLeaf, MetricLeaf } from './leaves.ts';

/** The newest value of a metric, and what it is compared with. */
export interface Measured {
  value: number;
  windowEnd: number;
  /** Which way is better; null where the metric has no better way. */
  better: 'higher' | 'lower' | null;
  /** The value of the reference data. */
  reference: number | null;
  /** The best value of a window since the champion serves. */
  best: number | null;
  /** What the champion had on its held-out rows. */
  promoted: number | null;
}

/** How far the columns of the newest window are from being judged as drifted: 1 or more is a drift. */
export interface Drifted {
  windowEnd: number;
  /** Share of the judged columns that drifted; null where that is not known. */
  share: number | null;
  scores: ReadonlyMap<string, number>;
}

/** All that triggers look at, as it is at one moment. */
export interface Observation {
  now: number;
  /** Since when the triggers are in force: a schedule is not true of times before. */
  since: number;
  /** When the last run began, whatever became of it; null before the first. */
  lastBegun: number | null;
  /** Since when the champion serves; null without one. A window that ended before says nothing of it. */
  championSince: number | null;
  /** Alerts that fire, each with the end of its newest window. */
  firing: readonly { id: string; rule: string; windowEnd: number }[];
  measured(leaf: MetricLeaf): Measured | null;
  drifted(leaf: DriftLeaf): Drifted | null;
  /** Labelled rows, and all rows, later than the data of the last run; null where nobody has counted. */
  newLabels: number | null;
  newRows: number | null;
  /** End of the data of the last run. */
  dataEnd: number | null;
}

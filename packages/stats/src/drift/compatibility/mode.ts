import type { ColumnKind } from '../../summary/column-summary.ts';
import type { Cells } from '../cells.ts';
import type { DriftReason } from '../drift-test.ts';
import type { RangeFacts } from './histogram-edges.ts';

/** What a peer makes of a column: the number it reports, and what it compares that with. */
export interface PeerAnswer {
  statistic: number | null;
  pValue: number | null;
  /** Why there is no statistic. */
  reason?: DriftReason;
}

/** What a peer's automatic choice looks at. */
export interface PeerColumn {
  kind: ColumnKind;
  /** Rows of the reference. */
  referenceCount: number;
  /** Distinct values of both sides. */
  distinct: number;
}

/** What the edges of a numeric column are planned from: facts of the reference, and of both sides together. */
export interface PeerFacts {
  reference: RangeFacts;
  both: RangeFacts;
  /** Distinct values of the reference. */
  distinct: number;
}

/** A peer whose numbers Leeway gives on request. Missing rows are left out: all of these peers drop them. */
export interface CompatibilityMode {
  id: string;
  label: string;
  /** The version that the vectors were made with, or where the description comes from. */
  source: string;
  /** The test that the peer takes if none is named, as a Leeway id. */
  choose(column: PeerColumn): string;
  /** The peer's thresholds where they are not Leeway's, by test. */
  thresholds: Readonly<Record<string, number>>;
  /** The peer's own variant of a test, over cells without missing rows, by Leeway id; the others are as Leeway's. */
  variants: Readonly<Record<string, (cells: Cells) => PeerAnswer>>;
  /**
   * Edges of a numeric column's cells, the last one closed; rows outside are one cell more. `values`: each distinct
   * value is a cell. Absent: the peer does not say, and Leeway's cells (deciles of the reference) serve.
   */
  edges?(facts: PeerFacts): number[] | 'values';
}

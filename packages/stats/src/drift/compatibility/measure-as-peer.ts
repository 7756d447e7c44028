import type { CategoricalSummary, ColumnSummary } from '../../summary/column-summary.ts';
import { type Cells, cellsOf, kindMismatch } from '../cells.ts';
import { type DriftResult, type DriftTest, emptySide, noAnswer } from '../drift-test.ts';
import { driftTest } from '../index.ts';
import type { ColumnComparison, ColumnMeasurement } from '../judge-column.ts';
import type { CompatibilityMode } from './mode.ts';

/** Runs a column's tests as a peer does: its own choice where none is named, its own variants. */
export function measureAsPeer(mode: CompatibilityMode, comparison: ColumnComparison): ColumnMeasurement {
  const { kind, reference, current, test = 'auto', results } = comparison;
  const asked = [test].flat().filter((one) => one !== 'auto' && driftTest(one).kinds.includes(kind));
  const choice = () =>
    mode.choose({
      kind,
      referenceCount: reference.count + reference.missing,
      distinct: distinctOf(reference, current),
    });
  const tests = asked.length > 0 ? asked : [choice()];
  const answer = (one: string) => results?.[one] ?? peerResult(mode, one, reference, current);
  return {
    test: driftTest(tests[0]!),
    sufficient: true,
    results: tests.map((one) => ({ test: one, ...answer(one) })),
  };
}

/**
 * A peer's variant of a test, or Leeway's own where the peer has none, over two summaries. Numbers whose edges come from
 * the rows have no answer (`needs_rows`): `peerAnswerOf` takes the counts of those edges.
 */
function peerResult(
  mode: CompatibilityMode,
  id: string,
  reference: ColumnSummary,
  current: ColumnSummary,
): DriftResult {
  if (!mode.variants[id]) return driftTest(id).compute(reference, current);
  const empty = emptySide(reference.count, current.count);
  if (empty) return empty;
  if (reference.kind === 'numeric' || current.kind === 'numeric') {
    if (mode.edges) return noAnswer('needs_rows');
    return peerAnswerOf(mode, id, cellsOf({ ...reference, missing: 0 }, { ...current, missing: 0 }));
  }
  return peerAnswerOf(mode, id, cellsOfValues(reference, current));
}

/** The answer of a peer's variant over counted cells; its statistic serves as effect. */
export function peerAnswerOf(mode: CompatibilityMode, id: string, cells: Cells): DriftResult {
  const { statistic, pValue, reason = 'insufficient' } = mode.variants[id]!(cells);
  // An infinite statistic has a p of 0 all the same.
  if (statistic === null) return { ...noAnswer(reason), pValue };
  return { statistic, pValue, effect: statistic };
}

/** Every value of either side is a cell, in code-unit order; rows of values that are not listed are one more. */
function cellsOfValues(reference: CategoricalSummary, current: CategoricalSummary): Cells {
  const [before, now] = [new Map(reference.values), new Map(current.values)];
  const values = [...new Set([...before.keys(), ...now.keys()])].sort();
  const counted = values.map((value) => [before.get(value) ?? 0, now.get(value) ?? 0] as const);
  const cells = [...counted, [reference.other, current.other] as const].filter(([a, b]) => a + b > 0);
  return { reference: cells.map(([rows]) => rows), current: cells.map(([, rows]) => rows) };
}

function distinctOf(reference: ColumnSummary, current: ColumnSummary): number {
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    return reference.bins.filter((rows, i) => rows + current.bins[i]! > 0).length;
  }
  if (reference.kind === 'numeric' || current.kind === 'numeric') throw kindMismatch(reference, current);
  return cellsOfValues(reference, current).reference.length;
}

/** The peer's rule: p below the threshold, or the statistic at or above it; nothing else. */
export function driftedAsPeer(test: DriftTest, { statistic, pValue }: DriftResult, threshold: number): boolean | null {
  const value = test.decidesBy === 'p_value' ? pValue : statistic;
  if (value === null) return null;
  return test.decidesBy === 'p_value' ? value < threshold : value >= threshold;
}

import { type Cells, cellsOf } from './cells.ts';
import { homogeneity } from './chi-squared.ts';
import { type DriftTest, emptySide } from './drift-test.ts';

/** A distance between the cells of two summaries, and the parts of its description that differ from its siblings. */
type CellDistance = Pick<
  DriftTest,
  'id' | 'label' | 'defaultThreshold' | 'minimumSample' | 'symmetric' | 'reference'
> & { distance(cells: Cells): number };

/** Makes a drift test of a distance over cells; its p-value is that of the chi-squared test over the same cells. */
export function cellDistanceTest({ distance, ...description }: CellDistance): DriftTest {
  return {
    ...description,
    kinds: ['numeric', 'categorical', 'boolean'],
    decidesBy: 'distance',
    significance: 'chi_squared',
    missing: 'a_cell',
    compute(reference, current) {
      const empty = emptySide(reference.count + reference.missing, current.count + current.missing);
      if (empty) return empty;
      const cells = cellsOf(reference, current);
      const statistic = distance(cells);
      return { statistic, pValue: homogeneity(cells)?.pValue ?? null, effect: statistic };
    },
  };
}

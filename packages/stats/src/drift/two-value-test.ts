import { kindMismatch } from './cells.ts';
import { type Direction, type DriftTest, emptySide, noAnswer } from './drift-test.ts';
import { holdsTwoValues, type TwoByTwo, twoByTwo } from './two-values.ts';

type TwoValueTest = Pick<DriftTest, 'id' | 'label' | 'symmetric' | 'reference'> & {
  /** `difference`: share of the second value in the current window minus that in the reference. */
  answer(table: TwoByTwo, difference: number, direction: Direction): { statistic: number; pValue: number };
};

/** Makes a drift test of the proportions of two values; the effect is the difference of the shares. */
export function twoValueTest({ answer, ...description }: TwoValueTest): DriftTest {
  return {
    ...description,
    kinds: ['boolean', 'categorical'],
    decidesBy: 'p_value',
    defaultThreshold: 0.05,
    minimumEffect: 0.1,
    significance: description.id,
    missing: 'left_out',
    minimumSample: 30,
    directional: true,
    fits: holdsTwoValues,
    compute(reference, current, direction = 'both') {
      if ((reference.kind === 'numeric') !== (current.kind === 'numeric')) throw kindMismatch(reference, current);
      const empty = emptySide(reference.count, current.count);
      if (empty) return empty;
      const table = twoByTwo(reference, current);
      if (!table) return noAnswer('not_two_values');
      const difference = table.current[1] / current.count - table.reference[1] / reference.count;
      const effect =
        direction === 'both' ? Math.abs(difference) : Math.max(0, direction === 'up' ? difference : -difference);
      return { ...answer(table, difference, direction), effect };
    },
  };
}

import { randomIntegers } from '../special/random.ts';

/**
 * What is drawn with replacement.
 * - `rows`: each row by itself, for rows that do not depend on each other.
 * - `units`: whole units, such as the rows of one day or one customer: rows of one unit may depend on each other.
 * - `blocks`: stretches of neighbouring rows, for rows in order of time. Of `circular` ones the last row is followed by
 *   the first, so that every row is drawn equally often; of others a stretch ends within the rows.
 */
export type Resampling =
  | { of: 'rows' }
  | { of: 'units'; unit: ArrayLike<number | string> }
  | { of: 'blocks'; length: number; circular?: boolean };

/** Draws rows: each call writes how often each row was drawn. */
export interface Resampler {
  /** What is drawn: rows, units or blocks that cover the rows once. Fewer than 2 cannot be drawn from. */
  units: number;
  draw(times: Int32Array): void;
  /** The rows without each of up to `groups` groups of units: what a jackknife needs. */
  leaveOut(groups: number): Iterable<Int32Array>;
}

/** @throws RangeError when there are not as many units as rows, or a block has no length. */
export function resampler(n: number, resampling: Resampling, seed: number): Resampler {
  const random = randomIntegers(seed);
  const below = (limit: number) => Math.floor(random() * 2 ** -32 * limit);
  if (resampling.of === 'blocks') return ofBlocks(n, resampling, below);
  const { unitOf, units } = numberUnits(n, resampling);
  const drawn = new Int32Array(units);
  return {
    units,
    draw(times) {
      if (!unitOf) {
        times.fill(0);
        for (let i = 0; i < n; i++) times[below(n)]!++;
        return;
      }
      drawn.fill(0);
      for (let i = 0; i < units; i++) drawn[below(units)]!++;
      for (let i = 0; i < n; i++) times[i] = drawn[unitOf[i]!]!;
    },
    leaveOut: (groups) => withoutEach(n, Math.min(groups, units), (row) => unitOf?.[row] ?? row),
  };
}

function ofBlocks(
  n: number,
  { length, circular = true }: Extract<Resampling, { of: 'blocks' }>,
  below: (limit: number) => number,
): Resampler {
  if (!(length >= 1)) throw new RangeError(`A block has at least one row, got ${length}.`);
  const size = Math.min(n, Math.floor(length));
  const units = size === 0 ? 0 : Math.ceil(n / size);
  return {
    units,
    draw(times) {
      times.fill(0);
      for (let left = n; left > 0; left -= size) {
        const start = below(circular ? n : n - size + 1);
        for (let i = 0; i < Math.min(size, left); i++) times[(start + i) % n]!++;
      }
    },
    leaveOut: (groups) => withoutEach(n, Math.min(groups, units), (row) => Math.floor(row / size)),
  };
}

/** Units go to the groups in turn; what is written is used before the next one. */
function* withoutEach(n: number, groups: number, unitOf: (row: number) => number): Generator<Int32Array> {
  const times = new Int32Array(n);
  for (let group = 0; group < groups; group++) {
    for (let row = 0; row < n; row++) times[row] = unitOf(row) % groups === group ? 0 : 1;
    yield times;
  }
}

function numberUnits(n: number, resampling: Exclude<Resampling, { of: 'blocks' }>) {
  if (resampling.of === 'rows') return { unitOf: null, units: n };
  const { unit } = resampling;
  if (unit.length !== n) throw new RangeError(`Paired rows: ${n} labels but ${unit.length} units.`);
  const numbers = new Map<number | string, number>();
  const unitOf = Int32Array.from(unit, (name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
  return { unitOf, units: numbers.size };
}

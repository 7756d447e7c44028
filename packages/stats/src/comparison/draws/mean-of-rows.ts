import type { MetricOfDraw } from '../metric-of-draw.ts';

/** The mean over the drawn rows of what each row adds. */
export function meanOfRows(values: Float64Array, finish: (mean: number) => number = (mean) => mean): MetricOfDraw {
  return (times) => {
    let [sum, rows] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const count = times[i]!;
      sum += count * values[i]!;
      rows += count;
    }
    return finish(sum / rows);
  };
}

/** How many of the drawn rows have each code, 0 to `codes` - 1. */
export function countCodes(code: Uint16Array, codes: number): (times: Int32Array) => Float64Array {
  const counts = new Float64Array(codes);
  return (times) => {
    counts.fill(0);
    for (let i = 0; i < code.length; i++) counts[code[i]!]! += times[i]!;
    return counts;
  };
}

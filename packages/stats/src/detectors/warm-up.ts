/** Mean and deviation of the first values of a stream, which control charts measure by. */
export interface WarmUp {
  n: number;
  mean: number;
  squares: number;
  /** Sample deviation (n - 1), once the first values are in. */
  sigma: number;
}

export const nothingLearnt = (): WarmUp => ({ n: 0, mean: 0, squares: 0, sigma: 0 });

/** Takes a value in while fewer than `count` are, and says whether the chart is drawn: with the last of them it is. */
export function learn(warmUp: WarmUp, value: number, count: number): boolean {
  if (warmUp.n >= count) return true;
  const n = warmUp.n + 1;
  const mean = warmUp.mean + (1 / n) * (value - warmUp.mean);
  warmUp.squares += (value - warmUp.mean) * (value - mean);
  warmUp.mean = mean;
  warmUp.n = n;
  if (n < count) return false;
  warmUp.sigma = n > 1 ? Math.sqrt(Math.max(0, warmUp.squares / (n - 1))) : 0;
  return true;
}

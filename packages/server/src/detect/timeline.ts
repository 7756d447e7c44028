const MOST = 64;
const BARS = '▁▂▃▄▅▆▇█';

/** What a stream looked like, in at most 64 steps however long it is, and where a detector fired. */
export class Timeline {
  #sums: number[] = [];
  #counts: number[] = [];
  #events: ('warning' | 'drift' | undefined)[] = [];
  /** Values a step. */
  #width = 1;
  #seen = 0;

  add(value: number, level: 'none' | 'warning' | 'drift'): void {
    const step = Math.floor(this.#seen++ / this.#width);
    if (step === MOST) {
      this.#halve();
      this.#seen--;
      return this.add(value, level);
    }
    if (Number.isFinite(value)) {
      this.#sums[step] = (this.#sums[step] ?? 0) + value;
      this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    }
    if (level !== 'none') this.#events[step] = louder(this.#events[step], level);
  }

  /** Means as bars, and under them ▲ where there was a drift, · where there was a warning. */
  render(): [bars: string, marks: string] {
    const steps = Math.ceil(this.#seen / this.#width);
    const means = Array.from({ length: steps }, (_, i) => (this.#sums[i] ?? Number.NaN) / this.#counts[i]!);
    const known = means.filter(Number.isFinite);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const bar = (mean: number) =>
      Number.isFinite(mean) ? BARS[high > low ? Math.round(((mean - low) / (high - low)) * 7) : 0]! : ' ';
    const marks = Array.from(
      { length: steps },
      (_, i) => ({ drift: '▲', warning: '·', none: ' ' })[this.#events[i] ?? 'none'],
    );
    return [means.map(bar).join(''), marks.join('').trimEnd()];
  }

  #halve(): void {
    const pairs = Array.from({ length: MOST / 2 }, (_, i) => [2 * i, 2 * i + 1] as const);
    this.#sums = pairs.map(([a, b]) => (this.#sums[a] ?? 0) + (this.#sums[b] ?? 0));
    this.#counts = pairs.map(([a, b]) => (this.#counts[a] ?? 0) + (this.#counts[b] ?? 0));
    this.#events = pairs.map(([a, b]) => louder(this.#events[a], this.#events[b]));
    this.#width *= 2;
  }
}

function louder<L extends 'warning' | 'drift' | undefined>(a: L, b: L): L {
  return a === 'drift' || b === undefined ? a : b;
}

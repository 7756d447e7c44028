/** The lower of the two frequencies of the Epps-Singleton test, over half the distance between quartiles. */
const FREQUENCY = 0.4;

/** Means of cos(k a) and sin(k a), k = 1 .. 4, a = f (x - origin): the characteristic function at four points. */
export interface Waves {
  cos: readonly number[];
  sin: readonly number[];
}

/** Where angles are counted from, and how fast they turn. The origin changes no answer, but keeps digits. */
export interface WavePlan {
  origin: number;
  frequency: number;
}

/** The plan for both samples' quartiles together; `null` where these are equal or not finite. */
export function planWaves([lower, upper]: readonly [number, number]): WavePlan | null {
  const frequency = (2 * FREQUENCY) / (upper - lower);
  return Number.isFinite(frequency) && frequency > 0 ? { origin: lower, frequency } : null;
}

/**
 * The waves of values, each counted as often as its weight (1 unless given). Multiples of an angle come from its cosine
 * and sine, so that the four points agree to the last digit, however far the angle has turned.
 */
export function wavesOf(
  values: ArrayLike<number>,
  { origin, frequency }: WavePlan,
  weights?: ArrayLike<number>,
): Waves {
  const cos = [0, 0, 0, 0];
  const sin = [0, 0, 0, 0];
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? weights[i]! : 1;
    const angle = (values[i]! - origin) * frequency;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    let [x, y] = [1, 0];
    for (let k = 0; k < 4; k++) {
      [x, y] = [x * c - y * s, x * s + y * c];
      cos[k]! += weight * x;
      sin[k]! += weight * y;
    }
    total += weight;
  }
  return { cos: cos.map((sum) => sum / total), sin: sin.map((sum) => sum / total) };
}

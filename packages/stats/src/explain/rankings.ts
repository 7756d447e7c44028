/**
 * How well scores rank things that are worth the gains given, 0 to 1: the normalised discounted cumulative gain. Things with equal scores share
 * their places. Null where nothing has a gain. As scikit-learn's ndcg_score.
 *
 * Source: Järvelin and Kekäläinen (2002), ACM TOIS 20; ties by McSherry and Najork (2008), ECIR.
 * @throws RangeError for gains below 0 and for lists of different lengths.
 */
export function ndcg(gains: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  if (gains.length !== scores.length) {
    throw new RangeError(`expected as many gains as scores, got ${gains.length} and ${scores.length}`);
  }
  const list = Array.from(gains);
  const bad = list.find((gain) => !(gain >= 0));
  if (bad !== undefined) throw new RangeError(`expected gains of 0 or more, got ${bad}`);
  const ideal = discounted(list, list);
  return ideal > 0 ? discounted(list, Array.from(scores)) / ideal : null;
}

function discounted(gains: number[], scores: number[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let sum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let [gain, discount] = [0, 0];
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) {
      gain += gains[order[to]!]!;
      discount += 1 / Math.log2(to + 2);
      to++;
    }
    sum += (gain * discount) / (to - from);
    from = to;
  }
  return sum;
}

/**
 * Kendall's tau-b of two lists: 1 where they order things alike, -1 where in reverse. Null where one of them does not order at all.
 *
 * Source: Kendall (1945), Biometrika 33.
 */
export function kendallTau(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  let [agree, inX, inY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      agree += a * b;
      inX += a * a;
      inY += b * b;
    }
  }
  return inX > 0 && inY > 0 ? agree / Math.sqrt(inX * inY) : null;
}

import {
  assignFolds,
  crossFit,
  type DomainClassifierOptions,
  type DomainClassifierResult,
  unfit,
} from '../multivariate/domain-classifier.ts';

/** Weight of a token that was not seen. */
const ALPHA = 0.5;

/** The tokens of a text, each once, as numbers from 0 to `buckets` - 1. */
export type TokenSet = ArrayLike<number>;

/**
 * Tries to tell texts of the window from texts of the reference by which tokens they hold: naive Bayes over a bag of tokens,
 * cross-fitted, with the AUC and the rule of `domainClassifier`. Texts without a token say nothing and score alike.
 *
 * @param texts those of the reference first.
 * @param buckets tokens are hashed to fewer numbers than this.
 * @throws RangeError for fewer than two folds.
 *
 * Source: McCallum and Nigam (1998), A comparison of event models for naive Bayes text classification, AAAI workshop;
 * Weinberger et al. (2009), Feature hashing for large scale multitask learning, ICML.
 */
export function textDomainClassifier(
  texts: readonly TokenSet[],
  referenceTexts: number,
  buckets: number,
  options: DomainClassifierOptions = {},
): Omit<DomainClassifierResult, 'columns'> {
  const { folds = 5, seed = 0 } = options;
  const refused = unfit(referenceTexts, texts.length - referenceTexts, options);
  if (refused) {
    const { columns: _, ...answer } = refused;
    return answer;
  }
  const target = Float64Array.from(texts, (_, i) => (i < referenceTexts ? 0 : 1));
  return crossFit(target, assignFolds(target, folds, seed), folds, options, (train, test) => {
    const sides = [0, 1].map((side) => [...train].filter((row) => target[row] === side).map((row) => texts[row]!));
    const odds = bernoulliOdds(sides[0]!, sides[1]!, buckets);
    return Float64Array.from(test, (row) => odds(texts[row]!));
  });
}

/**
 * Logarithm of the odds that a text is of the second set, both sets weighing alike, under the Bernoulli model of naive Bayes:
 * a token that is absent counts too.
 */
export function bernoulliOdds(
  first: readonly TokenSet[],
  second: readonly TokenSet[],
  buckets: number,
): (text: TokenSet) => number {
  const counts = [first, second].map((texts) => {
    const held = new Float64Array(buckets);
    for (const text of texts) for (let i = 0; i < text.length; i++) held[text[i]!]!++;
    return held;
  }) as [Float64Array, Float64Array];
  const share = (side: 0 | 1, token: number) =>
    (counts[side][token]! + ALPHA) / ((side === 0 ? first : second).length + 2 * ALPHA);
  const weights = new Float64Array(buckets);
  let absent = 0;
  for (let token = 0; token < buckets; token++) {
    const [p, q] = [share(0, token), share(1, token)];
    weights[token] = Math.log(q / p) - Math.log((1 - q) / (1 - p));
    absent += Math.log((1 - q) / (1 - p));
  }
  return (text) => {
    let sum = absent;
    for (let i = 0; i < text.length; i++) sum += weights[text[i]!]!;
    return sum;
  };
}

import type { FeatureImportance, GateVerdict } from '@leeway/contract';
import { kendallTau, ndcg } from '@leeway/stats';
import { jackknife } from './jackknife.ts';

export interface Effect {
  value: number;
  lower: number | null;
  upper: number | null;
}

/** What features are worth to a model. */
export interface Importance {
  method: 'permutation' | 'shap' | 'given';
  /** The metric that falls, or what the SHAP values add up to. */
  unit: string;
  features: string[];
  /** By feature, the importance found in each repeat; one where the trainer said it. */
  repeats: Float64Array[];
  rows: number;
  /** By feature, what the model says with it high minus low; null where it is no number. */
  effects: (Effect | null)[];
}

/** What a gate asks; see its options. */
export interface Expectations {
  similarity: number;
  sign: Readonly<Record<string, 'positive' | 'negative'>>;
  top?: { features: readonly string[]; first: number } | undefined;
  forbidden: Readonly<Record<string, number>>;
  leak: number;
}

/** One thing that was asked, and how it came out. */
export interface Finding {
  check: 'similarity' | 'sign' | 'top' | 'forbidden' | 'leak';
  /** Empty where it is about all of them. */
  feature: string;
  verdict: GateVerdict;
  reason: string;
  value: number | null;
  lower: number | null;
  upper: number | null;
  limit: number | null;
}

export interface Judgement {
  findings: Finding[];
  features: FeatureImportance[];
  /** Kendall's tau of both rankings; for people, nothing is judged by it. */
  kendallTau: number | null;
  /** Features whose share has moved most, at most five. */
  moved: { feature: string; from: number; to: number }[];
}

/** A share below this is not told as moved. */
const LEAST_MOVE = 0.02;

/**
 * Holds what a challenger goes by against the champion and against what is expected. An interval that lies on both sides of a limit is
 * inconclusive; without repeats there are no intervals, and the value counts alone.
 * @param withoutChampion why there is nothing to compare with; null when there is.
 */
export function judgeImportance(
  expected: Expectations,
  challenger: Importance,
  champion: Importance | null,
  withoutChampion: string | null,
): Judgement {
  const shares = sharesOf(challenger);
  const former = champion && align(challenger.features, champion);
  const formerShares = former && sharesOf(former);
  const findings: Finding[] = [
    ...(expected.similarity > 0 ? [judgeSimilarity(expected.similarity, challenger, former, withoutChampion)] : []),
    ...Object.entries(expected.sign).map(([feature, sign]) => judgeSign(challenger, feature, sign)),
    ...(expected.top?.features ?? []).map((feature) => judgeTop(challenger, feature, expected.top!.first)),
    ...Object.entries(expected.forbidden).map(([feature, limit]) =>
      judgeShare('forbidden', challenger, feature, limit),
    ),
    ...judgeLeak(challenger, shares, expected.leak),
  ];
  const features = challenger.features.map((feature, j): FeatureImportance => {
    const { value, lower, upper } = jackknife(challenger.repeats, (means) => means[j]!);
    const effect = challenger.effects[j] ?? null;
    return {
      ...{ feature, importance: value!, lower, upper, share: shares[j]!, championShare: formerShares?.[j] ?? null },
      ...{ effect: effect?.value ?? null, effectLower: effect?.lower ?? null, effectUpper: effect?.upper ?? null },
    };
  });
  const moved = features
    .flatMap(({ feature, share, championShare }) =>
      championShare === null ? [] : [{ feature, from: championShare, to: share }],
    )
    .filter(({ from, to }) => Math.abs(to - from) >= LEAST_MOVE)
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
    .slice(0, 5);
  return {
    findings,
    features: features.toSorted((a, b) => b.importance - a.importance),
    kendallTau: former && kendallTau(meansOf(former), meansOf(challenger)),
    moved,
  };
}

const blank = { value: null, lower: null, upper: null, limit: null, feature: '' };

function judgeSimilarity(
  limit: number,
  challenger: Importance,
  champion: Importance | null,
  withoutChampion: string | null,
): Finding {
  const base = { ...blank, check: 'similarity' as const, limit };
  // A first version has nothing to be like.
  if (withoutChampion === 'no_champion') return { ...base, verdict: 'pass', reason: withoutChampion };
  if (!champion) return { ...base, verdict: 'inconclusive', reason: withoutChampion ?? 'champion_not_scored' };
  const gains = meansOf(champion).map((gain) => Math.max(0, gain));
  const found = jackknife(challenger.repeats, (means) => ndcg(gains, means));
  if (found.value === null) return { ...base, verdict: 'inconclusive', reason: 'no_feature_matters' };
  const verdict = atLeast(found, limit);
  return { ...base, ...found, verdict, reason: REASONS.similarity[verdict] };
}

function judgeSign({ features, effects }: Importance, feature: string, sign: 'positive' | 'negative'): Finding {
  const base = { ...blank, check: 'sign' as const, feature, limit: 0 };
  const effect = effects[features.indexOf(feature)];
  if (!effect) return { ...base, verdict: 'inconclusive', reason: 'no_effect_known' };
  const { value, lower, upper } = effect;
  const turned = (x: number | null) => (x === null ? null : sign === 'positive' ? x : -x);
  const [low, high] = sign === 'positive' ? [lower, upper] : [turned(upper), turned(lower)];
  const verdict =
    value === 0 ? 'inconclusive' : atLeast({ value: turned(value)!, lower: low, upper: high }, Number.MIN_VALUE);
  return { ...base, value, lower, upper, verdict, reason: REASONS.sign[verdict] };
}

/** Whether it is among the first, with all repeats and with each left out. */
function judgeTop(challenger: Importance, feature: string, first: number): Finding {
  const base = { ...blank, check: 'top' as const, feature, limit: first };
  const j = challenger.features.indexOf(feature);
  if (j < 0) return { ...base, verdict: 'inconclusive', reason: 'unknown_feature' };
  const rankOf = (means: Float64Array) => 1 + means.filter((mean) => mean > means[j]!).length;
  const value = rankOf(meansOf(challenger));
  const ranks = [value, ...withoutEach(challenger.repeats).map(rankOf)];
  const [lower, upper] = [Math.min(...ranks), Math.max(...ranks)];
  const verdict = upper <= first ? 'pass' : lower > first ? 'fail' : 'inconclusive';
  return { ...base, value, lower, upper, verdict, reason: REASONS.top[verdict] };
}

function judgeShare(check: 'forbidden' | 'leak', challenger: Importance, feature: string, limit: number): Finding {
  const base = { ...blank, check, feature, limit };
  const j = challenger.features.indexOf(feature);
  // A model that does not take the feature cannot go by it.
  if (j < 0) return { ...base, verdict: 'pass', reason: 'not_used' };
  const found = jackknife(challenger.repeats, (means) => shareOf(means)[j]!);
  const { value, lower, upper } = found;
  const verdict =
    (upper ?? value!) <= limit ? 'pass' : (lower ?? value!) > limit ? 'fail' : ('inconclusive' as GateVerdict);
  return { ...base, ...found, verdict, reason: REASONS[check][verdict] };
}

/** Of a model with one feature nothing else can be expected. */
function judgeLeak(challenger: Importance, shares: Float64Array, limit: number): Finding[] {
  if (limit >= 1 || challenger.features.length < 2) return [];
  const largest = shares.indexOf(shares.reduce((most, share) => Math.max(most, share), -Infinity));
  return [judgeShare('leak', challenger, challenger.features[largest]!, limit)];
}

function atLeast(
  { value, lower, upper }: { value: number | null; lower: number | null; upper: number | null },
  limit: number,
): GateVerdict {
  if (value === null) return 'inconclusive';
  return (lower ?? value) >= limit ? 'pass' : (upper ?? value) < limit ? 'fail' : 'inconclusive';
}

const REASONS = {
  similarity: { pass: 'goes_by_the_same', fail: 'goes_by_other_features', inconclusive: 'too_uncertain' },
  sign: { pass: 'as_expected', fail: 'wrong_sign', inconclusive: 'too_uncertain' },
  top: { pass: 'among_the_first', fail: 'not_among_the_first', inconclusive: 'too_uncertain' },
  forbidden: { pass: 'small_share', fail: 'goes_by_a_forbidden_feature', inconclusive: 'too_uncertain' },
  leak: { pass: 'no_feature_says_all', fail: 'one_feature_says_nearly_all', inconclusive: 'too_uncertain' },
} as const;

/** The champion's importance of the challenger's features; 0 of one that it does not take. */
function align(features: string[], other: Importance): Importance {
  const places = features.map((feature) => other.features.indexOf(feature));
  const repeats = other.repeats[0]?.length ?? 1;
  return {
    ...other,
    features,
    repeats: places.map((at) => other.repeats[at] ?? new Float64Array(repeats)),
    effects: places.map((at) => other.effects[at] ?? null),
  };
}

const meansOf = ({ repeats }: Importance): Float64Array =>
  Float64Array.from(repeats, (values) => values.reduce((sum, x) => sum + x, 0) / values.length);

const sharesOf = (importance: Importance): Float64Array => shareOf(meansOf(importance));

/** An importance below 0 is chance: it counts as none. */
function shareOf(means: Float64Array): Float64Array {
  const sizes = means.map((mean) => Math.max(0, mean));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return total > 0 ? sizes.map((size) => size / total) : sizes;
}

function withoutEach(repeats: readonly Float64Array[]): Float64Array[] {
  const n = repeats[0]?.length ?? 0;
  if (n < 2) return [];
  return Array.from({ length: n }, (_, left) =>
    Float64Array.from(repeats, (values) => (values.reduce((sum, x) => sum + x, 0) - values[left]!) / (n - 1)),
  );
}

import { aucComponents } from '../comparison/de-long.ts';
import { normalInterval } from '../intervals/normal-interval.ts';
import { randomIntegers } from '../special/random.ts';
import { binFeature, MISSING, planBins, type TreeFeature } from '../trees/features.ts';
import { fitGradientBoosting, predictGradientBoosting } from '../trees/gradient-boosting.ts';
import { shuffled } from './shuffle.ts';

export interface DomainClassifierOptions {
  /** Default 5. */
  folds?: number;
  seed?: number;
  confidence?: number;
  /** Drift wants the lower end of the interval at least so far above 0.5. Default 0.05. */
  effect?: number;
  /** Trees of each fold. Default 50. */
  maxIter?: number;
}

/** How well a column tells the sides apart. */
export interface SeparatingColumn {
  column: string;
  /** Its share in the gain of all splits. */
  importance: number;
  /** Cross-fitted AUC of this column alone; null where it can't be had. */
  auc: number | null;
}

export interface DomainClassifierResult {
  auc: number | null;
  lower: number | null;
  upper: number | null;
  /** The lower end of the interval must lie above it. */
  threshold: number;
  drifted: boolean | null;
  /** Most important first. */
  columns: SeparatingColumn[];
  reason?: DomainReason;
}

type DomainReason = 'empty_reference' | 'empty_current' | 'insufficient';

/** Fewer rows than this on a side can't be learned from and tested on. */
const LEAST_DOMAIN_ROWS = 50;
/** Bins by which a column alone is judged. */
const ALONE_BINS = 32;

/**
 * Tries to tell rows of the window from rows of the reference by gradient-boosted trees. Each row is scored by a model that
 * never saw it; the AUC of these scores is 0.5 where nothing tells them apart and 1 where everything does. It finds what
 * columns show together and not alone.
 *
 * The AUC is the mean over the folds. Its interval adds up DeLong's variances of the folds, and widens them by Nadeau and
 * Bengio's 1 + folds / (folds - 1) for the training rows that folds share; without it, one interval in seven would miss 0.5
 * where nothing differs. Drift: the lower end lies above 0.5 + `effect`. NannyML asks whether the AUC itself lies outside of
 * 0.45 and 0.65.
 *
 * @param columns values of all rows, those of the reference first.
 * @param referenceRows how many of them are the reference's.
 * @throws RangeError for columns of different lengths, or fewer than two folds.
 *
 * Source: Rabanser, Günnemann and Lipton (2019), Failing Loudly, NeurIPS 32; LeDell, Petersen and van der Laan (2015),
 * Electronic Journal of Statistics 9, and Nadeau and Bengio (2003), Machine Learning 52, for the interval.
 */
export function domainClassifier(
  columns: ReadonlyArray<{ column: string; feature: TreeFeature }>,
  referenceRows: number,
  options: DomainClassifierOptions = {},
): DomainClassifierResult {
  const { folds = 5, seed = 0, maxIter = 50 } = options;
  const n = columns[0]?.feature.values.length ?? referenceRows;
  const refused = unfit(referenceRows, n - referenceRows, options);
  if (refused) return refused;
  const target = Float64Array.from({ length: n }, (_, i) => (i < referenceRows ? 0 : 1));
  const foldOf = assignFolds(target, folds, seed);
  const importances = columns.map(() => 0);
  const features = columns.map(({ feature }) => feature);
  const answer = crossFit(target, foldOf, folds, options, (train, test) => {
    const model = fitGradientBoosting(
      features.map((feature) => pick(feature, train)),
      Float64Array.from(train, (row) => target[row]!),
      { loss: 'log_loss', maxIter },
    );
    model.featureImportances.forEach((share, i) => {
      importances[i]! += share / folds;
    });
    return predictGradientBoosting(
      model,
      features.map((feature) => pick(feature, test)),
    );
  });
  const separating = columns.map(({ column, feature }, i) => {
    const alone = crossFit(target, foldOf, folds, options, sharesOf(feature, target));
    return { column, importance: importances[i]!, auc: alone.auc };
  });
  separating.sort((a, b) => b.importance - a.importance || (b.auc ?? 0) - (a.auc ?? 0));
  return { ...answer, columns: separating };
}

type Answer = Omit<DomainClassifierResult, 'columns'>;

/** Whether the sides have too few rows to be told apart; the answer, if so. */
export function unfit(
  reference: number,
  current: number,
  { effect = 0.05, folds = 5 }: DomainClassifierOptions,
): DomainClassifierResult | null {
  if (!(folds >= 2)) throw new RangeError(`Cross-fitting takes two folds or more, got ${folds}.`);
  const answer = { auc: null, lower: null, upper: null, threshold: 0.5 + effect, drifted: null, columns: [] };
  if (reference === 0) return { ...answer, reason: 'empty_reference' };
  if (current === 0) return { ...answer, reason: 'empty_current' };
  return Math.min(reference, current) < LEAST_DOMAIN_ROWS ? { ...answer, reason: 'insufficient' } : null;
}

/** The fold of each row: by chance from the seed, with as many of either side in each as can be. */
export function assignFolds(target: Float64Array, folds: number, seed: number): Uint8Array {
  const foldOf = new Uint8Array(target.length);
  const next = randomIntegers(seed);
  for (const side of [0, 1]) {
    const rows = [...target.keys()].filter((row) => target[row] === side);
    shuffled(rows, next).forEach((row, i) => {
      foldOf[row] = i % folds;
    });
  }
  return foldOf;
}

/** AUC of the scores that `score` gives the rows of each fold after having seen the others, with its interval. */
export function crossFit(
  target: Float64Array,
  foldOf: Uint8Array,
  folds: number,
  { confidence = 0.95, effect = 0.05 }: DomainClassifierOptions,
  score: (train: Int32Array, test: Int32Array) => Float64Array,
): Answer {
  let auc = 0;
  let variance = 0;
  const rows = Int32Array.from(target.keys());
  for (let fold = 0; fold < folds; fold++) {
    const test = rows.filter((row) => foldOf[row] === fold);
    const train = rows.filter((row) => foldOf[row] !== fold);
    const labels = Float64Array.from(test, (row) => target[row]!);
    const found = aucComponents(labels, score(train, test))!;
    auc += found.auc / folds;
    for (const side of [0, 1]) {
      const own = found.components.filter((_, i) => labels[i] === side);
      const squares = own.reduce((sum, component) => sum + (component - found.auc) ** 2, 0);
      variance += squares / (own.length * (own.length - 1)) / folds ** 2;
    }
  }
  const threshold = 0.5 + effect;
  const shared = 1 + folds / (folds - 1);
  const interval = normalInterval(auc, Math.sqrt(variance * shared), { confidence, minimum: 0, maximum: 1 });
  if (interval) return { auc, ...interval, threshold, drifted: interval.lower > threshold };
  // Without variance every fold is parted wholly, or not at all.
  return { auc, lower: auc, upper: auc, threshold, drifted: auc > threshold };
}

/** Scores a row by the share of the window among training rows of its bin: a column alone, whatever the form of its change. */
function sharesOf(feature: TreeFeature, target: Float64Array): (train: Int32Array, test: Int32Array) => Float64Array {
  const bins = binFeature(feature, planBins(feature, ALONE_BINS));
  return (train, test) => {
    const counts = new Float64Array(2 * (MISSING + 1));
    for (const row of train) counts[2 * bins[row]! + target[row]!]!++;
    return Float64Array.from(test, (row) => {
      const [reference, current] = [counts[2 * bins[row]!]!, counts[2 * bins[row]! + 1]!];
      return (current + 0.5) / (reference + current + 1);
    });
  };
}

function pick(feature: TreeFeature, rows: Int32Array): TreeFeature {
  return feature.kind === 'numeric'
    ? { kind: 'numeric', values: Float64Array.from(rows, (row) => feature.values[row]!) }
    : { kind: 'categorical', values: rows.map((row) => feature.values[row]!) };
}

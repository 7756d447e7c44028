/**
 * What an online procedure remembers of the hypotheses tested so far. Plain JSON: kept and read back, it goes on with
 * the same levels.
 */
export interface OnlineFdrState {
  /** Tests that count towards the ageing of what was earned: with LORD++ all, with SAFFRON those with p > 1/2. */
  steps: number;
  /** `steps` at each rejection, ascending; the latest 100. */
  rejections: readonly number[];
}

/**
 * Tests an endless stream of hypotheses one after the other, such that the share of false ones among all rejections up to
 * any time stays below `alpha` in expectation. Each rejection earns level for the tests after it.
 *
 * Valid for p-values that are independent of each other, or at least not too small given the past (conditionally
 * super-uniform) where their hypothesis is true.
 */
export interface OnlineFdrProcedure {
  id: 'lord' | 'saffron';
  label: string;
  source: string;
  /** The level of the next test: reject where p <= level. A number in [0, 1), below `alpha` until something is rejected. */
  level(state: OnlineFdrState, alpha: number): number;
  /** The state after a test with this p-value. */
  next(state: OnlineFdrState, pValue: number, alpha: number): OnlineFdrState;
}

/** Before the first test. */
export const FIRST_TEST: OnlineFdrState = { steps: 0, rejections: [] };

/**
 * Older rejections add next to nothing. Leaving them out only lowers the levels, and one more rejection still never lowers
 * one: so both promises stay.
 */
const MOST_REJECTIONS = 100;

/** LORD++: level decays with every test since the last rejections. */
export const lord: OnlineFdrProcedure = {
  id: 'lord',
  label: 'LORD++',
  source: 'Ramdas, Yang, Wainwright and Jordan (2017), Online control of the false discovery rate with decaying memory',
  level: (state, alpha) => earned(state, alpha, alpha / 10, lordGamma),
  next: (state, pValue, alpha) => after(state, pValue <= lord.level(state, alpha), true),
};

/**
 * A p-value up to here makes a candidate: it costs nothing. So SAFFRON keeps its level where much is to be found, and
 * loses it faster where nothing is.
 */
const CANDIDATE = 0.5;

/** SAFFRON: only tests that look like true nulls (p > 1/2) use up level. */
export const saffron: OnlineFdrProcedure = {
  id: 'saffron',
  label: 'SAFFRON',
  source: 'Ramdas, Zrnic, Wainwright and Jordan (2018), SAFFRON: an adaptive algorithm for online FDR control',
  level: (state, alpha) => Math.min(CANDIDATE, (1 - CANDIDATE) * earned(state, alpha, alpha / 2, saffronGamma)),
  next: (state, pValue, alpha) => after(state, pValue <= saffron.level(state, alpha), pValue > CANDIDATE),
};

export const onlineFdrProcedures: readonly OnlineFdrProcedure[] = [lord, saffron];

/** W0 gamma(t) + (alpha - W0) gamma(t - t1) + alpha sum gamma(t - tj), over rejections at t1, t2, ... */
function earned(
  { steps, rejections }: OnlineFdrState,
  alpha: number,
  initialWealth: number,
  gamma: (age: number) => number,
): number {
  return rejections.reduce(
    (level, at, j) => level + (j === 0 ? alpha - initialWealth : alpha) * gamma(steps - at + 1),
    initialWealth * gamma(steps + 1),
  );
}

function after({ steps, rejections }: OnlineFdrState, rejected: boolean, counts: boolean): OnlineFdrState {
  const next = counts ? steps + 1 : steps;
  return { steps: next, rejections: rejected ? [...rejections, next].slice(-MOST_REJECTIONS) : rejections };
}

/** Sums to 1 over ages 1, 2, ...; of this form because its power is best for means of normal values (Javanmard and Montanari 2018). */
const lordGamma = (age: number): number =>
  (0.07720838 * Math.log(Math.max(age, 2))) / (age * Math.exp(Math.sqrt(Math.log(age))));

/** Sums to 1 over ages 1, 2, ...: age^-1.6 / zeta(1.6). */
const saffronGamma = (age: number): number => age ** -1.6 * 0.4374901658;

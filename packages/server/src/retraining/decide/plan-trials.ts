import type { ParamSpace, TuningConfig } from '@leeway/contract';
import { randomIntegers } from '@leeway/stats';

type ParamValue = string | number | boolean;
export type Params = Record<string, unknown>;

/** A training that was planned, and what became of it. */
export interface Trial {
  trial: number;
  rung: number;
  params: Params;
  state: 'open' | 'succeeded' | 'failed';
  /** What the trainer reported of the objective; null where it reported none. */
  objective: number | null;
}

export interface NewTrial {
  trial: number;
  rung: number;
  params: Params;
}

export type Plan =
  /** Begin these, which may be none: then some are open still. */
  | { begin: NewTrial[] }
  /** All is done, and this one goes on. */
  | { winner: number }
  /** All is done, and none can go on. */
  | { failed: string };

/**
 * What comes next in a search for parameters, or in a run without one, which has a single training. Pure: the same trials give
 * the same plan, so that one who comes after a crash goes on where it was.
 */
export function planTrials(
  tuning: TuningConfig | undefined,
  trials: readonly Trial[],
  { timeUp, parallel }: { timeUp: boolean; parallel: number },
): Plan {
  if (!tuning) {
    const [only] = trials;
    if (!only) return { begin: [{ trial: 0, rung: 0, params: {} }] };
    if (only.state === 'open') return { begin: [] };
    return only.state === 'succeeded' ? { winner: only.trial } : { failed: 'the training failed' };
  }
  const open = trials.filter(({ state }) => state === 'open').length;
  const next = timeUp ? [] : upcoming(tuning, trials);
  if (next.length > 0) return { begin: next.slice(0, Math.max(0, Math.min(tuning.parallel, parallel) - open)) };
  if (open > 0) return { begin: [] };
  return best(tuning, trials);
}

function upcoming(tuning: TuningConfig, trials: readonly Trial[]): NewTrial[] {
  if (tuning.search === 'successive_halving') return halving(tuning, trials);
  const count = tuning.search === 'grid' ? Math.min(gridSize(tuning.space), tuning.trials) : tuning.trials;
  const params = (trial: number) =>
    tuning.search === 'grid' ? gridPoint(tuning.space, trial) : draw(tuning.space, tuning.seed, trial);
  return range(trials.length, count).map((trial) => ({ trial, rung: 0, params: params(trial) }));
}

/**
 * Rungs of a successive halving (Jamieson and Talwalkar 2016): each rung gives the best `1/factor` of the one before `factor`
 * times as much. As many begin as keep all rungs together within `trials`.
 */
export function rungsOf({
  trials,
  resource,
}: Pick<TuningConfig, 'trials' | 'resource'>): { size: number; amount: number }[] {
  if (!resource) return [];
  const { min, max, factor } = resource;
  const amounts: number[] = [];
  for (let amount = min; amount < max * (1 - 1e-9); amount *= factor) amounts.push(amount);
  amounts.push(max);
  const sizes = (first: number) => amounts.map((_, rung) => Math.max(1, Math.floor(first / factor ** rung)));
  let first = trials;
  while (first > 1 && sizes(first).reduce((sum, size) => sum + size, 0) > trials) first -= 1;
  return sizes(first).map((size, rung) => ({ size, amount: amounts[rung]! }));
}

function halving(tuning: TuningConfig, trials: readonly Trial[]): NewTrial[] {
  const { resource, space, seed } = tuning;
  const rungs = rungsOf(tuning);
  const given = (params: Params, rung: number): Params => ({ ...params, [resource!.param]: rungs[rung]!.amount });
  let before = 0;
  for (const [rung, { size }] of rungs.entries()) {
    const own = trials.filter((trial) => trial.rung === rung);
    const ranked =
      rung === 0
        ? []
        : rank(
            tuning,
            trials.filter((trial) => trial.rung === rung - 1),
          );
    const wanted = rung === 0 ? size : Math.min(size, ranked.length);
    if (own.length < wanted) {
      return range(own.length, wanted).map((at) => ({
        trial: before + at,
        rung,
        params: given(rung === 0 ? draw(space, seed, at) : ranked[at]!.params, rung),
      }));
    }
    // The next rung is for the best of this one: all of it must have ended.
    if (own.some(({ state }) => state === 'open')) return [];
    before += own.length;
  }
  return [];
}

/** Trials that ended well with an objective, the best first; of equals the earlier. */
function rank({ objective: { goal } }: TuningConfig, trials: readonly Trial[]): Trial[] {
  const sign = goal === 'maximize' ? -1 : 1;
  return trials
    .filter(({ state, objective }) => state === 'succeeded' && objective !== null)
    .sort((a, b) => sign * (a.objective! - b.objective!) || a.trial - b.trial);
}

function best(tuning: TuningConfig, trials: readonly Trial[]): Plan {
  if (trials.length === 0) return { failed: 'the time for the search was up before a trial began' };
  // What had more to use is not compared with what had less.
  const top = Math.max(
    ...trials.filter(({ state, objective }) => state === 'succeeded' && objective !== null).map(({ rung }) => rung),
    0,
  );
  const [winner] = rank(
    tuning,
    trials.filter(({ rung }) => rung === top),
  );
  if (winner) return { winner: winner.trial };
  const succeeded = trials.filter(({ state }) => state === 'succeeded').length;
  return {
    failed:
      succeeded > 0
        ? `none of ${succeeded} trials reported the metric "${tuning.objective.metric}" (retrain.tuning.objective)`
        : `all ${trials.length} trials failed`,
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

const valuesOf = (space: ParamSpace): ParamValue[] =>
  'values' in space
    ? space.values
    : [...new Set(Array.from({ length: space.steps }, (_, i) => between(space, i / (space.steps - 1))))];

/** Combinations of a grid. */
export const gridSize = (space: TuningConfig['space']): number =>
  Object.values(space).reduce((size, one) => size * valuesOf(one).length, 1);

/** The n-th combination; the last parameter changes fastest. */
function gridPoint(space: TuningConfig['space'], n: number): Params {
  const params: [string, ParamValue][] = [];
  let rest = n;
  for (const [name, one] of Object.entries(space).reverse()) {
    const values = valuesOf(one);
    params.unshift([name, values[rest % values.length]!]);
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(params);
}

type Range = Exclude<ParamSpace, { values: unknown }>;

function between({ min, max, scale, integer }: Range, share: number): number {
  const value = scale === 'log' ? min * (max / min) ** share : min + (max - min) * share;
  return integer ? Math.round(value) : share === 1 ? max : value;
}

/** Parameters drawn for a trial: the same seed and trial draw the same. */
function draw(space: TuningConfig['space'], seed: number, trial: number): Params {
  const integers = randomIntegers((Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(trial + 1, 0x85ebca6b)) >>> 0);
  const random = () => integers() / 2 ** 32;
  return Object.fromEntries(
    Object.entries(space).map(([name, one]) => [
      name,
      'values' in one ? one.values[Math.floor(random() * one.values.length)]! : between(one, random()),
    ]),
  );
}

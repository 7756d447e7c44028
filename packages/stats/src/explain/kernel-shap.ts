import { type CoalitionPlan, choose, planCoalitions } from './coalitions.ts';
import { addOuter, invertSymmetric, multiply, sandwich } from './linear-solve.ts';

/** Who plays for what: the features of a row, for what a model says of it. */
export interface CoalitionGame {
  players: number;
  /** Numbers that a coalition is worth. */
  outputs: number;
  /** What coalitions are worth: count x outputs. `members` has 1 where a player is in, count x players. */
  worth(members: Uint8Array, count: number): Promise<Float64Array>;
}

export interface KernelShapOptions {
  /** Coalitions that may be asked for; 2 x players + 2048 by default. Where all fit, the values are exact. */
  samples?: number | undefined;
  seed: number;
}

export interface KernelShapValues {
  /** What nobody and everybody is worth, by output. */
  base: Float64Array;
  full: Float64Array;
  /** Contributions by output. With the base they sum to the whole. */
  values: Float64Array[];
  /** Standard errors by output, of the draw of coalitions; zeros where all were asked for. */
  errors: Float64Array[];
  exact: boolean;
  /** Coalitions asked for. */
  coalitions: number;
}

/**
 * SHAP values of any model. Where all coalitions fit into `samples` these are the Shapley values; otherwise the weighted least squares of
 * KernelSHAP with constrained sum over the coalitions of `planCoalitions`. The error is that of the draw alone: of a game that is
 * linear in its players it is 0.
 *
 * Source: Lundberg and Lee (2017), NIPS 30; the error by the sandwich of drawn pairs, Covert and Lee (2021), AISTATS.
 */
export async function kernelShap(game: CoalitionGame, options: KernelShapOptions): Promise<KernelShapValues> {
  const { players, outputs } = game;
  const samples = options.samples ?? 2 * players + 2048;
  if (players <= 30 && 2 ** players - 2 <= samples) return exactValues(game);
  const plan = planCoalitions(players, samples, options.seed);
  const ends = new Uint8Array(2 * players).fill(1, players);
  const members = new Uint8Array((plan.count + 2) * players);
  members.set(ends);
  members.set(plan.members, 2 * players);
  const worth = await game.worth(members, plan.count + 2);
  const [base, full] = [worth.slice(0, outputs), worth.slice(outputs, 2 * outputs)];
  const of = (k: number) =>
    Float64Array.from({ length: plan.count }, (_, i) => worth[(i + 2) * outputs + k]! - base[k]!);
  const regression = new ConstrainedRegression(plan, players);
  const fits = Array.from(base, (_, k) => regression.fit(of(k), full[k]! - base[k]!));
  return {
    base,
    full,
    values: fits.map(({ values }) => values),
    errors: fits.map(({ errors }) => errors),
    exact: false,
    coalitions: plan.count + 2,
  };
}

async function exactValues(game: CoalitionGame): Promise<KernelShapValues> {
  const { players, outputs } = game;
  const count = 2 ** players;
  const members = new Uint8Array(count * players);
  for (let set = 0; set < count; set++) {
    for (let player = 0; player < players; player++) members[set * players + player] = (set >> player) & 1;
  }
  const of = await game.worth(members, count);
  const values = Array.from({ length: outputs }, () => new Float64Array(players));
  for (let set = 0; set < count; set++) {
    let size = 0;
    for (let player = 0; player < players; player++) size += (set >> player) & 1;
    if (size === players) continue;
    const weight = 1 / (players * choose(players - 1, size));
    for (let player = 0; player < players; player++) {
      if ((set >> player) & 1) continue;
      const joined = set | (1 << player);
      for (let k = 0; k < outputs; k++) {
        values[k]![player]! += weight * (of[joined * outputs + k]! - of[set * outputs + k]!);
      }
    }
  }
  return {
    base: of.slice(0, outputs),
    full: of.slice((count - 1) * outputs),
    values,
    errors: values.map(() => new Float64Array(players)),
    exact: true,
    coalitions: count,
  };
}

/** Least squares over coalitions, with the last player standing in for the sum. */
class ConstrainedRegression {
  readonly #plan: CoalitionPlan;
  readonly #players: number;
  readonly #inverse: Float64Array;

  constructor(plan: CoalitionPlan, players: number) {
    this.#plan = plan;
    this.#players = players;
    const width = players - 1;
    const normal = new Float64Array(width * width);
    for (let i = 0; i < plan.count; i++) addOuter(normal, this.#row(i), plan.weights[i]!);
    this.#inverse = invertSymmetric(normal, width);
  }

  #row(i: number): Float64Array {
    const at = i * this.#players;
    const last = this.#plan.members[at + this.#players - 1]!;
    return Float64Array.from({ length: this.#players - 1 }, (_, j) => this.#plan.members[at + j]! - last);
  }

  #last(i: number): number {
    return this.#plan.members[(i + 1) * this.#players - 1]!;
  }

  fit(gains: Float64Array, total: number): { values: Float64Array; errors: Float64Array } {
    const { count, weights, firstDrawn, draws } = this.#plan;
    const width = this.#players - 1;
    const right = new Float64Array(width);
    for (let i = 0; i < count; i++) {
      const row = this.#row(i);
      const gain = gains[i]! - this.#last(i) * total;
      for (let j = 0; j < width; j++) right[j]! += weights[i]! * row[j]! * gain;
    }
    const fitted = multiply(this.#inverse, right);
    const values = new Float64Array(this.#players);
    values.set(fitted);
    values[width] = total - fitted.reduce((sum, value) => sum + value, 0);
    const errors = new Float64Array(this.#players);
    const drawn = draws.reduce((sum, times) => sum + times, 0);
    if (drawn <= this.#players) return { values, errors };

    /** What a pair pulls at the values, for one draw of it. */
    const pull = (pair: number): Float64Array => {
      const sum = new Float64Array(width);
      for (const i of [firstDrawn + 2 * pair, firstDrawn + 2 * pair + 1]) {
        const row = this.#row(i);
        const fit = row.reduce((total, x, j) => total + x * fitted[j]!, 0);
        const residual = gains[i]! - this.#last(i) * total - fit;
        for (let j = 0; j < width; j++) sum[j]! += (weights[i]! / draws[pair]!) * row[j]! * residual;
      }
      return sum;
    };
    const mean = new Float64Array(width);
    const pulls = draws.map((_, pair) => pull(pair));
    pulls.forEach((each, pair) => {
      for (let j = 0; j < width; j++) mean[j]! += (draws[pair]! / drawn) * each[j]!;
    });
    const spread = new Float64Array(width * width);
    pulls.forEach((each, pair) => {
      const centred = each.map((x, j) => x - mean[j]!);
      addOuter(spread, centred, (draws[pair]! * drawn) / (drawn - this.#players));
    });
    const covariance = sandwich(this.#inverse, spread, width);
    for (let j = 0; j < width; j++) errors[j] = Math.sqrt(Math.max(0, covariance[j * width + j]!));
    errors[width] = Math.sqrt(
      Math.max(
        0,
        covariance.reduce((sum, x) => sum + x, 0),
      ),
    );
    return { values, errors };
  }
}

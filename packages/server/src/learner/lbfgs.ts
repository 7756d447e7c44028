/** Writes the gradient at `x` into `gradient` and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface MinimiseOptions {
  /** A guess at 1 / (second derivative) of each coordinate; the nearer the truth, the fewer the iterations. */
  inverseCurvature: Float64Array;
  /** It ends when no component of the gradient is larger. */
  tolerance: number;
  maxIterations: number;
}

export interface Minimum {
  x: Float64Array;
  value: number;
  iterations: number;
  converged: boolean;
}

/** Pairs of steps and changes of the gradient that stand for the Hessian. */
const MEMORY = 10;
/** A step must bring at least this share of the decrease that the slope promises (Armijo's rule). */
const SUFFICIENT_DECREASE = 1e-4;
/** Relative decrease below which the value does not move any more within the precision of a double. */
const STALLED = 1e-14;

/**
 * Minimises a smooth convex function by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5) with
 * backtracking. It is written out here since the packages on npm either lack L-BFGS (fmin, ml-levenberg-marquardt) or are not
 * maintained, and since the diagonal start matrix, which they do not take, halves the iterations on one-hot columns of very
 * different frequency. Convexity makes the curvature of each step positive, so backtracking needs no second Wolfe condition.
 */
export function minimise(objective: Objective, start: Float64Array, options: MinimiseOptions): Minimum {
  const size = start.length;
  let x = start.slice();
  let gradient = new Float64Array(size);
  let value = objective(x, gradient);
  const pairs: Pair[] = [];

  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    if (largest(gradient) <= options.tolerance) return { x, value, iterations: iteration, converged: true };
    const direction = descentDirection(gradient, pairs, options.inverseCurvature);
    const slope = dot(direction, gradient);

    const nextX = new Float64Array(size);
    const nextGradient = new Float64Array(size);
    let step = 1;
    let nextValue: number;
    for (;;) {
      for (let i = 0; i < size; i++) nextX[i] = x[i]! + step * direction[i]!;
      nextValue = objective(nextX, nextGradient);
      if (nextValue <= value + SUFFICIENT_DECREASE * step * slope) break;
      step /= 2;
      // No step helps: the value is at the end of what doubles can tell apart.
      if (step < 1e-12) return { x, value, iterations: iteration, converged: true };
    }

    remember(pairs, x, nextX, gradient, nextGradient);
    const stalled = value - nextValue <= STALLED * Math.max(1, Math.abs(value));
    x = nextX;
    gradient = nextGradient;
    value = nextValue;
    if (stalled) return { x, value, iterations: iteration + 1, converged: true };
  }
  return { x, value, iterations: options.maxIterations, converged: largest(gradient) <= options.tolerance };
}

interface Pair {
  step: Float64Array;
  change: Float64Array;
  /** 1 / (step · change). */
  rho: number;
}

function remember(
  pairs: Pair[],
  x: Float64Array,
  nextX: Float64Array,
  gradient: Float64Array,
  nextGradient: Float64Array,
): void {
  const step = nextX.map((value, i) => value - x[i]!);
  const change = nextGradient.map((value, i) => value - gradient[i]!);
  const curvature = dot(step, change);
  if (!(curvature > 0)) return;
  pairs.push({ step, change, rho: 1 / curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descentDirection(
  gradient: Float64Array,
  pairs: readonly Pair[],
  inverseCurvature: Float64Array,
): Float64Array {
  const direction = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (let k = pairs.length - 1; k >= 0; k--) {
    const { step, change, rho } = pairs[k]!;
    alphas[k] = rho * dot(step, direction);
    addScaled(direction, -alphas[k]!, change);
  }
  const scale = startScale(pairs.at(-1), inverseCurvature);
  for (let i = 0; i < direction.length; i++) direction[i]! *= scale * inverseCurvature[i]!;
  for (let k = 0; k < pairs.length; k++) {
    const { step, change, rho } = pairs[k]!;
    addScaled(direction, alphas[k]! - rho * dot(change, direction), step);
  }
  return direction;
}

/** How far the last step found the guessed curvature to be off. */
function startScale(last: Pair | undefined, inverseCurvature: Float64Array): number {
  if (!last) return 1;
  let guessed = 0;
  for (let i = 0; i < inverseCurvature.length; i++) guessed += last.change[i]! ** 2 * inverseCurvature[i]!;
  return 1 / (last.rho * guessed);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(target: Float64Array, factor: number, vector: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * vector[i]!;
}

function largest(vector: Float64Array): number {
  let max = 0;
  for (const value of vector) max = Math.max(max, Math.abs(value));
  return max;
}

import { expect, test } from 'vitest';
import { minimise } from './lbfgs.ts';

const options = { inverseCurvature: new Float64Array(2).fill(1), tolerance: 1e-10, maxIterations: 200 };

test('finds the minimum of a badly scaled quadratic', () => {
  const quadratic = ([x, y]: Float64Array, gradient: Float64Array) => {
    gradient[0] = 2 * (x! - 3);
    gradient[1] = 2e4 * (y! + 1);
    return (x! - 3) ** 2 + 1e4 * (y! + 1) ** 2;
  };
  const { x, converged, iterations } = minimise(quadratic, new Float64Array(2), options);
  expect(converged).toBe(true);
  expect(iterations).toBeLessThan(30);
  expect(x[0]).toBeCloseTo(3, 8);
  expect(x[1]).toBeCloseTo(-1, 8);
});

test('with the true curvature a quadratic takes one step', () => {
  const quadratic = ([x, y]: Float64Array, gradient: Float64Array) => {
    gradient[0] = 2 * (x! - 3);
    gradient[1] = 200 * (y! + 1);
    return (x! - 3) ** 2 + 100 * (y! + 1) ** 2;
  };
  const inverseCurvature = Float64Array.of(1 / 2, 1 / 200);
  expect(minimise(quadratic, new Float64Array(2), { ...options, inverseCurvature }).iterations).toBe(1);
});

test('says when it has not converged', () => {
  const slow = ([x]: Float64Array, gradient: Float64Array) => {
    gradient[0] = 4 * (x! - 1) ** 3;
    return (x! - 1) ** 4;
  };
  const inverseCurvature = Float64Array.of(0.01);
  const result = minimise(slow, new Float64Array(1), { inverseCurvature, tolerance: 1e-12, maxIterations: 3 });
  expect(result).toMatchObject({ converged: false, iterations: 3 });
});

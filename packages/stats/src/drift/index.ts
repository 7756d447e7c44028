import { chiSquaredTest } from './chi-squared-test.ts';
import { cramersV } from './cramers-v.ts';
import type { DriftTest } from './drift-test.ts';
import { hellinger } from './hellinger.ts';
import { jensenShannon } from './jensen-shannon.ts';
import { kl } from './kl.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { lInfinity } from './l-infinity.ts';
import { psi } from './psi.ts';
import { totalVariation } from './total-variation.ts';
import { wasserstein } from './wasserstein.ts';

/** Every drift test. Config values, API and CLI listings, forms and docs are made from this list. */
export const driftTests: readonly DriftTest[] = [
  kolmogorovSmirnov,
  wasserstein,
  chiSquaredTest,
  psi,
  jensenShannon,
  hellinger,
  totalVariation,
  lInfinity,
  kl,
  cramersV,
];

/** @throws Error when no test has the id. */
export function driftTest(id: string): DriftTest {
  const test = driftTests.find((test) => test.id === id);
  if (!test) throw new Error(`Unknown drift test "${id}": use one of ${driftTests.map((test) => test.id).join(', ')}.`);
  return test;
}

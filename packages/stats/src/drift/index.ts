import { andersonDarling } from './anderson-darling.ts';
import { chiSquaredTest } from './chi-squared-test.ts';
import { cramerVonMises } from './cramer-von-mises.ts';
import { cramersV } from './cramers-v.ts';
import type { DriftTest } from './drift-test.ts';
import { energyDistance } from './energy-distance.ts';
import { eppsSingleton } from './epps-singleton.ts';
import { fisherExact } from './fisher-exact.ts';
import { gTest } from './g-test.ts';
import { hellinger } from './hellinger.ts';
import { jensenShannon } from './jensen-shannon.ts';
import { kl } from './kl.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { kuiper } from './kuiper.ts';
import { lInfinity } from './l-infinity.ts';
import { mannWhitney } from './mann-whitney.ts';
import { psi } from './psi.ts';
import { totalVariation } from './total-variation.ts';
import { twoProportionZ } from './two-proportion-z.ts';
import { wasserstein } from './wasserstein.ts';
import { welchT } from './welch-t.ts';

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
  kuiper,
  andersonDarling,
  cramerVonMises,
  eppsSingleton,
  mannWhitney,
  welchT,
  energyDistance,
  gTest,
  fisherExact,
  twoProportionZ,
];

/** @throws Error when no test has the id. */
export function driftTest(id: string): DriftTest {
  const test = driftTests.find((test) => test.id === id);
  if (!test) throw new Error(`Unknown drift test "${id}": use one of ${driftTests.map((test) => test.id).join(', ')}.`);
  return test;
}

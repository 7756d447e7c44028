import { describe, expect, it } from 'vitest';
import tables from '../../../../conformance/counts.json' with { type: 'json' };
import vectors from '../../../../conformance/kolmogorov-smirnov.json' with { type: 'json' };
import { distinctValueEdges } from '../summary/bin-edges.ts';
import { categoriesOf, summariseNumbers } from '../testing/summaries.ts';
import { chiSquared, poolSparseCells } from './chi-squared.ts';
import { driftTest } from './index.ts';
import { ksPValue } from './ks-p-value.ts';
import { wassersteinDistance, wassersteinExact } from './wasserstein.ts';

const statisticOf = (id: string, reference: number[], current: number[]) =>
  driftTest(id).compute(categoriesOf(reference), categoriesOf(current)).statistic;

describe('numeric tests against scipy', () => {
  it.each(vectors.samples)('$name', (vector) => {
    const edges = distinctValueEdges([...vector.reference, ...vector.current]);
    const reference = summariseNumbers(vector.reference, edges);
    const current = summariseNumbers(vector.current, edges);
    const ks = driftTest('ks').compute(reference, current);
    expect(ks.statistic).toBeCloseTo(vector.d, 12);
    expect(ks.pValue! / vector.p_exact).toBeCloseTo(1, 9);
    expect(wassersteinDistance(reference, current)).toBeCloseTo(vector.wasserstein, 10);
    const scaled = vector.wasserstein / vector.reference_deviation;
    expect(driftTest('wasserstein').compute(reference, current).statistic).toBeCloseTo(scaled, 10);
  });

  it.each(vectors.large)('p of D = $d for $n and $m rows, asymptotic', ({ d, n, m, p_asymptotic }) => {
    expect(Math.abs(ksPValue(d, n, m) - p_asymptotic)).toBeLessThan(3e-4);
  });

  it('exact p-values keep their digits far out in the tail', () => {
    // One lattice path in each direction reaches D = 1: 2 / C(40, 20).
    expect(ksPValue(1, 20, 20) / (2 / 137846528820)).toBeCloseTo(1, 10);
  });
});

describe('cell tests against scipy', () => {
  it.each(tables.tables)('$name', ({ reference, current, ...expected }) => {
    const test = chiSquared({ reference, current });
    expect(test.statistic).toBeCloseTo(expected.chi_squared, 9);
    expect(test.pValue).toBeCloseTo(expected.p, 12);
    for (const id of ['jensen_shannon', 'hellinger', 'total_variation', 'l_infinity'] as const) {
      expect(statisticOf(id, reference, current)).toBeCloseTo(expected[id], 7);
    }
  });
});

describe('by hand', () => {
  it.each([
    ['psi, nothing lost', 'psi', [50, 50], [50, 50], 0],
    // Shares (50.5, 50.5) / 101 and (80.5, 20.5) / 101: 30/101 * ln(80.5 / 20.5).
    ['psi, halves to 80:20', 'psi', [50, 50], [80, 20], (30 / 101) * Math.log(80.5 / 20.5)],
    [
      'kl, halves to 80:20',
      'kl',
      [50, 50],
      [80, 20],
      (80.5 * Math.log(80.5 / 50.5) + 20.5 * Math.log(20.5 / 50.5)) / 101,
    ],
    // phi^2 = 1/2 (0.04/0.6 + 0.04/1.4) = 1/21; minus 1/1999, over 1 - 1/1999.
    ["Cramér's V, 20% to 40%", 'cramers_v', [200, 800], [400, 600], Math.sqrt((1 / 21 - 1 / 1999) / (1 - 1 / 1999))],
    ["Cramér's V, one value", 'cramers_v', [50], [50], 0],
    ['js, a quarter replaced', 'jensen_shannon', [25, 25, 25, 25, 0], [25, 25, 25, 0, 25], 0.5],
  ])('%s', (_, id, reference, current, expected) => {
    expect(statisticOf(id, reference, current)).toBeCloseTo(expected, 12);
  });

  it('an unseen value leaves PSI finite', () => {
    expect(statisticOf('psi', [500, 500, 0], [400, 400, 200])).toBeCloseTo(1.24, 2);
  });

  it('a small window against a large reference is not diluted', () => {
    const { effect } = driftTest('chi_squared').compute(categoriesOf([500_000, 500_000]), categoriesOf([400, 100]));
    expect(effect).toBeGreaterThan(0.29);
  });

  it('missing rows are a cell', () => {
    const full = categoriesOf([50, 50]);
    expect(driftTest('total_variation').compute(full, categoriesOf([25, 25], 50)).statistic).toBeCloseTo(0.5, 12);
  });

  it('a constant reference gives Wasserstein no scale', () => {
    const sizes = { d: 1, n: 50, m: 50, standardDeviation: 0 };
    expect(wassersteinExact({ w1: 2, ...sizes })).toMatchObject({ statistic: null, reason: 'constant_reference' });
    expect(wassersteinExact({ w1: 0, ...sizes, d: 0 })).toEqual({ statistic: 0, pValue: 1, effect: 0 });
  });
});

describe('poolSparseCells', () => {
  it.each([
    ['nothing to pool', [50, 50], [40, 60], [50, 50], [40, 60]],
    ['rare ones together', [50, 3, 4, 43], [50, 4, 3, 43], [7, 43, 50], [7, 43, 50]],
    ['a pool too small takes the next', [50, 1, 49], [50, 2, 48], [50, 50], [50, 50]],
    ['everything', [2, 1], [1, 2], [3], [3]],
  ])('%s', (_, reference, current, pooledReference, pooledCurrent) => {
    const pooled = poolSparseCells({ reference, current });
    expect(pooled).toEqual({ reference: pooledReference, current: pooledCurrent });
  });
});

import { describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/drift.json' with { type: 'json' };
import { distinctValueEdges } from '../summary/bin-edges.ts';
import { categoriesOf, summariseNumbers } from '../testing/summaries.ts';
import { andersonDarlingDeviation } from './anderson-darling.ts';
import { chiSquared, poolSparseCells } from './chi-squared.ts';
import { cramerVonMisesPValue } from './cramer-von-mises.ts';
import { fisherExactPValue } from './fisher-exact.ts';
import { gStatistic } from './g-test.ts';
import { driftTest } from './index.ts';
import { ksOneSidedPValue, ksPValue } from './ks-p-value.ts';
import { kuiperPValue } from './kuiper.ts';
import { rowStatistics } from './row-statistics.ts';

const statisticOf = (id: string, reference: number[], current: number[]) =>
  driftTest(id).compute(categoriesOf(reference), categoriesOf(current)).statistic;

/** Relative to the expected value, absolute near 0. */
function close(actual: number | null, expected: number, tolerance: number) {
  expect(actual).not.toBeNull();
  expect(Math.abs(actual! - expected)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(expected), 1e-300) + 1e-15);
}

/** Both ways of asking: over rows, and over summaries in which each value has its own bin. */
const ways = (vector: { reference: number[]; current: number[] }) => {
  const edges = distinctValueEdges([...vector.reference, ...vector.current]);
  const shift = vector.reference[0]!;
  const sides = [
    summariseNumbers(vector.reference, edges, shift),
    summariseNumbers(vector.current, edges, shift),
  ] as const;
  return {
    rows: (id: string, direction: 'both' | 'up' | 'down' = 'both') =>
      driftTest(id).fromRows!(rowStatistics(vector.reference, vector.current), direction),
    bins: (id: string, direction: 'both' | 'up' | 'down' = 'both') => driftTest(id).compute(...sides, direction),
  };
};

describe.each(['rows', 'bins'] as const)('numeric tests of %s against scipy', (way) => {
  it.each(vectors.numeric.samples)('$name', (vector) => {
    const answer = ways(vector)[way];
    const { length: n } = vector.reference;
    const { length: m } = vector.current;
    close(answer('ks').statistic, vector.ks.statistic, 1e-9);
    close(answer('ks').pValue, vector.ks.p, 1e-9);
    for (const [direction, expected] of [
      ['up', vector.ks_up],
      ['down', vector.ks_down],
    ] as const) {
      close(answer('ks', direction).statistic, expected.statistic, 1e-9);
      close(answer('ks', direction).pValue, expected.p, 1e-9);
      close(ksOneSidedPValue(expected.statistic, n, m, 'asymptotic'), expected.asymptotic, 1e-9);
    }
    const a = answer('anderson_darling');
    close((a.statistic! - 1) / andersonDarlingDeviation(n, m), vector.anderson_darling, 1e-9);
    // scipy reads its p from a table between 0.001 and 0.25.
    if (vector.anderson_darling_table_p > 0.001 && vector.anderson_darling_table_p < 0.25) {
      close(a.pValue, vector.anderson_darling_table_p, 0.1);
    }
    const cvm = answer('cramer_von_mises');
    close(cvm.statistic, vector.cramer_von_mises.statistic, 1e-9);
    if (vector.cramer_von_mises.p !== undefined)
      close(cvm.pValue, vector.cramer_von_mises.p, Math.max(n, m) <= 20 ? 1e-9 : 1e-6);
    const u = answer('mann_whitney');
    close(u.statistic, vector.mann_whitney.statistic, 1e-9);
    close(u.pValue, vector.mann_whitney.p, 1e-9);
    close(answer('mann_whitney', 'up').pValue, vector.mann_whitney.p_up, 1e-9);
    close(answer('mann_whitney', 'down').pValue, vector.mann_whitney.p_down, 1e-9);
    for (const id of ['wasserstein', 'energy_distance'] as const) {
      const scale = id === 'wasserstein' ? vector.reference_deviation : Math.sqrt(vector.reference_deviation);
      // Of values near 1e9, what a sum can hold.
      close(answer(id).statistic, vector[id] / scale, vector.name === 'large values' ? 1e-8 : 1e-9);
    }
    // Of bins, the quartiles lie between values only by chance.
    if (vector.epps_singleton && way === 'rows') {
      // Without overlap the covariance is nearly singular, and all digits but a few are rounding.
      const digits = vector.name === 'disjoint samples' ? 1e-6 : 1e-9;
      close(answer('epps_singleton').statistic, vector.epps_singleton.statistic, digits);
      close(answer('epps_singleton').pValue, vector.epps_singleton.p, 1e-9);
    }
  });
});

describe('p-values against scipy', () => {
  it.each(vectors.numeric.samples)("Welch's t: $name", (vector) => {
    const t = ways(vector).bins('welch_t');
    // Of values near 1e9, what a mean can hold.
    const digits = vector.name === 'large values' ? 1e-6 : 1e-9;
    close(t.statistic, vector.welch_t.statistic, digits);
    close(t.pValue, vector.welch_t.p, digits);
    close(ways(vector).bins('welch_t', 'up').pValue, vector.welch_t.p_up, digits);
  });

  it.each(vectors.p_values.ks)('KS, D = $d for $n and $m rows', ({ d, n, m, ...expected }) => {
    expect(Math.abs(ksPValue(d, n, m, 'asymptotic') - expected.p)).toBeLessThan(1e-6);
    close(ksOneSidedPValue(d, n, m), expected.p_one_sided, 1e-9);
  });

  it.each(vectors.p_values.cramer_von_mises)('Cramér-von Mises, T = $t for $n and $m rows', ({ t, n, m, p }) => {
    expect(Math.abs(cramerVonMisesPValue(t, n, m) - p)).toBeLessThan(1e-9);
  });

  it.each(vectors.p_values.kuiper)('Kuiper, V = $v for $n and $m rows', ({ v, n, m, p }) => {
    close(kuiperPValue(v, n, m), p, 1e-9);
  });

  it.each(vectors.permuted.vectors)('$test against random splits', ({ test, p, ...vector }) => {
    expect(Math.abs(ways(vector).rows(test).pValue! - p)).toBeLessThan(test === 'kuiper' ? 0.025 : 0.012);
  });

  it('exact p-values keep their digits far out in the tail', () => {
    // One lattice path in each direction reaches D = 1: 2 / C(40, 20).
    expect(ksPValue(1, 20, 20) / (2 / 137846528820)).toBeCloseTo(1, 10);
    expect(ksOneSidedPValue(1, 20, 20) / (1 / 137846528820)).toBeCloseTo(1, 10);
  });
});

describe('cell tests against scipy', () => {
  it.each(vectors.counts.tables)('$name', ({ reference, current, ...expected }) => {
    close(chiSquared({ reference, current }).statistic, expected.chi_squared, 1e-9);
    close(chiSquared({ reference, current }).pValue, expected.p, 1e-9);
    close(gStatistic({ reference, current }).statistic, expected.g, 1e-9);
    close(gStatistic({ reference, current }).pValue, expected.g_p, 1e-9);
    for (const id of ['jensen_shannon', 'hellinger', 'total_variation', 'l_infinity'] as const) {
      expect(statisticOf(id, reference, current)).toBeCloseTo(expected[id], 7);
    }
  });

  it.each(vectors.two_values.tables)(
    'two values: $reference against $current',
    ({ reference, current, ...expected }) => {
      const table = { reference, current } as { reference: [number, number]; current: [number, number] };
      close(fisherExactPValue(table), expected.fisher_p, 1e-9);
      close(fisherExactPValue(table, 'up'), expected.fisher_p_up, 1e-9);
      close(fisherExactPValue(table, 'down'), expected.fisher_p_down, 1e-9);
      const side = ([no, yes]: number[], missing = 3) => ({
        ...categoriesOf([no!, yes!], missing),
        values: [['false', no!] as const, ['true', yes!] as const],
      });
      const z = driftTest('two_proportion_z').compute(side(reference), side(current));
      close(z.statistic, expected.z, 1e-9);
      close(z.pValue, expected.z_p, 1e-9);
      close(driftTest('two_proportion_z').compute(side(reference), side(current), 'up').pValue, expected.z_p_up, 1e-9);
    },
  );
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

  it.each(['wasserstein', 'energy_distance'])('a constant reference gives %s no scale', (id) => {
    const of = (value: number) => driftTest(id).fromRows!(rowStatistics(Array(50).fill(3), Array(50).fill(value)));
    expect(of(5)).toMatchObject({ statistic: null, reason: 'constant_reference' });
    expect(of(3)).toEqual({ statistic: 0, pValue: 1, effect: 0 });
  });

  it('effects of the rank tests reach 1 without overlap, whatever the sizes', () => {
    const low = Array.from({ length: 200 }, (_, i) => i);
    const high = Array.from({ length: 3000 }, (_, i) => 1000 + i);
    const rows = rowStatistics(low, high);
    for (const id of ['ks', 'kuiper', 'cramer_von_mises', 'anderson_darling', 'mann_whitney']) {
      expect(driftTest(id).fromRows!(rows).effect).toBeCloseTo(1, 2);
    }
  });
});

describe('direction', () => {
  const low = Array.from({ length: 100 }, (_, i) => i);
  const high = low.map((x) => x + 60);
  const edges = distinctValueEdges([...low, ...high]);
  const numbers = (values: number[]) => summariseNumbers(values, edges);
  const flags = (yes: number) =>
    ({
      ...categoriesOf([100 - yes, yes]),
      values: [
        ['false', 100 - yes],
        ['true', yes],
      ],
    }) as ReturnType<typeof categoriesOf>;

  it.each([
    ['ks', numbers(low), numbers(high)],
    ['mann_whitney', numbers(low), numbers(high)],
    ['welch_t', numbers(low), numbers(high)],
    ['two_proportion_z', flags(20), flags(80)],
    ['fisher_exact', flags(20), flags(80)],
  ] as const)('%s tells a rise from a fall', (id, before, after) => {
    const test = driftTest(id);
    expect(test.compute(before, after, 'up').pValue).toBeLessThan(1e-6);
    expect(test.compute(before, after, 'up').effect).toBeGreaterThan(0.5);
    expect(test.compute(before, after, 'down').pValue).toBeGreaterThan(0.5);
    expect(test.compute(before, after, 'down').effect).toBe(0);
    expect(test.compute(after, before, 'down').pValue).toBeLessThan(1e-6);
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

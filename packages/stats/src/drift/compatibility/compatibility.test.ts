import { describe, expect, it } from 'vitest';
import vectors from '../../../../../conformance/drift.json' with { type: 'json' };
import evidentlySays from '../../../../../conformance/drift-peers-evidently.json' with { type: 'json' };
import nannymlSays from '../../../../../conformance/drift-peers-nannyml.json' with { type: 'json' };
import { binEdges } from '../../summary/bin-edges.ts';
import { categoriesOf, summariseNumbers } from '../../testing/summaries.ts';
import type { Cells } from '../cells.ts';
import { driftTest } from '../index.ts';
import { judgeColumn } from '../judge-column.ts';
import { compatibilityMode } from './index.ts';
import { peerAnswerOf } from './measure-as-peer.ts';
import type { PeerFacts } from './mode.ts';
import { psiBy, zeroRules } from './zero-rules.ts';

/** The numbers of a column over a peer's edges, as the engine counts them: every bin, and one for rows outside. */
function cellsOver(edges: number[] | 'values', reference: number[], current: number[]): Cells {
  const cellOf = (x: number) => {
    if (edges === 'values') return x;
    if (x < edges[0]! || x > edges.at(-1)!) return -1;
    return Math.min(edges.length - 2, edges.filter((edge) => edge <= x).length - 1);
  };
  const bins = edges === 'values' ? [] : edges.slice(1).map((_, i) => i);
  const cells = [...new Set([...bins, ...[...reference, ...current].map(cellOf)])];
  const count = (side: number[]) => cells.map((cell) => side.filter((x) => cellOf(x) === cell).length);
  return { reference: count(reference), current: count(current) };
}

function factsOf(reference: number[], current: number[]): PeerFacts {
  const range = (values: number[]) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const moment = (k: number) => values.reduce((sum, x) => sum + (x - mean) ** k, 0) / values.length;
    return {
      ...{ count: values.length, min: Math.min(...values), max: Math.max(...values) },
      ...{ skewness: moment(3) / moment(2) ** 1.5, whole: values.every(Number.isInteger) },
    };
  };
  return { reference: range(reference), both: range([...reference, ...current]), distinct: new Set(reference).size };
}

function expectStatistics(mode: string, statistics: Record<string, number | null>, cells: Cells) {
  for (const [id, expected] of Object.entries(statistics)) {
    const { statistic } = peerAnswerOf(compatibilityMode(mode), id, cells);
    expect(Math.abs(statistic! - expected!), id).toBeLessThan(1e-9);
  }
}

describe.each([
  ['evidently', evidentlySays],
  ['nannyml', nannymlSays],
] as const)('%s says the same', (mode, says) => {
  it.each(says.numeric as typeof nannymlSays.numeric)(
    'of numbers: $name',
    ({ name, reference, current, statistics }) => {
      const facts = factsOf(reference, current);
      // Floats that happen to be whole are floats in pandas.
      if (name === 'few values') facts.both.whole = false;
      expectStatistics(mode, statistics, cellsOver(compatibilityMode(mode).edges!(facts), reference, current));
    },
  );

  it.each(says.categorical as typeof nannymlSays.categorical)(
    'of categories: $name',
    ({ reference, current, statistics }) => {
      for (const [id, expected] of Object.entries(statistics)) {
        const sides = { reference: categoriesOf(reference, 5), current: categoriesOf(current, 90) };
        const judged = judgeColumn({ kind: 'categorical', ...sides, test: id, compatibility: mode });
        expect(Math.abs(judged.statistic! - expected), id).toBeLessThan(1e-9);
        expect(judged.drifted).toBe(expected >= 0.1);
      }
    },
  );
});

describe('evidently', () => {
  it.each(evidentlySays.categorical)('p-values of $name', ({ reference, current, p }) => {
    for (const [id, expected] of Object.entries(p)) {
      const sides = { reference: categoriesOf(reference), current: categoriesOf(current) };
      const judged = judgeColumn({ kind: 'categorical', ...sides, test: id, compatibility: 'evidently' });
      expect(Math.abs(judged.pValue! - expected), id).toBeLessThan(1e-9);
    }
  });

  const names: Record<string, string> = {
    z: 'two_proportion_z',
    chisquare: 'chi_squared',
    jensenshannon: 'jensen_shannon',
  };
  it.each(evidentlySays.categorical)('the test chosen for $name', ({ reference, current, chosen }) => {
    const sides = { reference: categoriesOf(reference), current: categoriesOf(current) };
    const { test } = judgeColumn({ kind: 'categorical', ...sides, compatibility: 'evidently' });
    expect(test).toBe(names[chosen] ?? chosen);
  });

  it.each(evidentlySays.numeric)('the test chosen for numbers: $name', ({ reference, current, chosen }) => {
    const edges = binEdges([...new Set([...reference, ...current])]);
    const sides = { reference: summariseNumbers(reference, edges), current: summariseNumbers(current, edges) };
    expect(judgeColumn({ kind: 'numeric', ...sides, compatibility: 'evidently' }).test).toBe(chosen);
  });
});

describe('one PSI, five answers', () => {
  const cells = { reference: [500, 500, 0], current: [400, 400, 200] };
  it.each([
    ['evidently', 1.564],
    ['deepchecks', 0.614],
    ['frouros', 141.4],
    ['phoenix', 1.102],
    ['azure', 1.105],
  ] as const)('%s: %d', (peer, expected) => {
    expect(Math.abs(psiBy(zeroRules[peer], cells) / expected - 1)).toBeLessThan(6e-4);
  });

  it('and two Jensen-Shannon distances', () => {
    const of = (mode: string) => peerAnswerOf(compatibilityMode(mode), 'jensen_shannon', cells).statistic;
    expect(of('nannyml')).toBeCloseTo(0.329, 3);
    expect(of('azure')).toBeCloseTo(0.329, 3);
    expect(of('evidently')).toBeCloseTo(0.274, 3);
  });
});

describe('in a compatibility mode', () => {
  const wide = Array.from({ length: 400 }, (_, i) => i);
  const sides = {
    reference: summariseNumbers(wide, binEdges(wide.filter((x) => x % 20 === 0))),
    current: summariseNumbers(wide.slice(100), binEdges(wide.filter((x) => x % 20 === 0))),
  };

  it("numbers cut at a peer's edges want rows", () => {
    const judged = judgeColumn({ kind: 'numeric', ...sides, test: 'psi', compatibility: 'evidently' });
    expect(judged).toMatchObject({ drifted: null, reason: 'needs_rows' });
    const results = { psi: { statistic: 0.3, pValue: null, effect: 0.3 } };
    expect(judgeColumn({ kind: 'numeric', ...sides, test: 'psi', compatibility: 'evidently', results }).drifted).toBe(
      true,
    );
    // Azure does not say where it cuts: deciles of the reference.
    expect(judgeColumn({ kind: 'numeric', ...sides, test: 'psi', compatibility: 'azure' }).statistic).toBeGreaterThan(
      0.1,
    );
  });

  it('few rows and small effects are judged as the peer does', () => {
    const few = { reference: categoriesOf([6, 0]), current: categoriesOf([0, 6]) };
    expect(judgeColumn({ kind: 'categorical', ...few }).drifted).toBeNull();
    expect(judgeColumn({ kind: 'categorical', ...few, compatibility: 'evidently' })).toMatchObject({
      test: 'two_proportion_z',
      drifted: true,
    });
  });

  it('unknown peers are named', () => {
    expect(() => judgeColumn({ kind: 'numeric', ...sides, compatibility: 'alibi' })).toThrow(
      /"alibi": use one of evidently/,
    );
  });
});

describe('what peers get wrong', () => {
  it("Evidently's G-test has no answer for sides of different sizes, which equal shares need not have", () => {
    expect(evidentlySays.g_test_of_equal_shares).toMatch(/sum of the observed frequencies must agree/);
    expect(driftTest('g_test').compute(categoriesOf([40, 60]), categoriesOf([400, 600]))).toMatchObject({
      statistic: 0,
      pValue: 1,
    });
  });

  it("Evidently's Mann-Whitney test sees a shift to one side only", () => {
    expect(evidentlySays.mann_whitney_above).toBeLessThan(0.001);
    expect(evidentlySays.mann_whitney_below).toBeGreaterThan(0.99);
    const a = [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0];
    const all = [-50, 0, 50].flatMap((shift) => a.map((x) => x + shift));
    const of = (shift: number) =>
      summariseNumbers(
        a.map((x) => x + shift),
        binEdges(all),
      );
    // All 8 against all 8 in one of two orders: 2 / C(16, 8).
    for (const shift of [-50, 50]) {
      expect(driftTest('mann_whitney').compute(of(0), of(shift)).pValue).toBeCloseTo(2 / 12870, 12);
    }
  });

  it("Evidently's PSI triples by one row more of the reference", () => {
    // What it puts for an empty cell falls from 1e-4 to 1e-10 where the rarest value's share reaches 1e-4.
    const of = (rows: number) => psiBy(zeroRules.evidently, { reference: [rows - 1, 1, 0], current: [950, 0, 50] });
    expect(of(10_000) / of(9999)).toBeGreaterThan(3);
    const own = (rows: number) => driftTest('psi').compute(categoriesOf([rows - 1, 1, 0]), categoriesOf([950, 0, 50]));
    expect(own(10_000).statistic! / own(9999).statistic!).toBeCloseTo(1, 3);
  });

  it("Frouros' PSI of one empty cell is in the hundreds", () => {
    expect(psiBy(zeroRules.frouros, { reference: [500, 500, 0], current: [400, 400, 200] })).toBeGreaterThan(100);
  });

  it("scipy's Cramér-von Mises statistic of equal constants of different sizes is not 0", () => {
    // (n - m)^2 (N^2 - 1) / (12 n m N), from its sum of squared ranks; see the reference.
    expect(vectors.scipy_cramer_von_mises_of_constants).toBeCloseTo((40 ** 2 * (60 ** 2 - 1)) / (12 * 50 * 10 * 60), 9);
    const of = (rows: number) => summariseNumbers(Array(rows).fill(1), [1]);
    expect(driftTest('cramer_von_mises').compute(of(50), of(10))).toEqual({ statistic: 0, pValue: 1, effect: 0 });
  });
});

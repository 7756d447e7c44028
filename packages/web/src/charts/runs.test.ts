import type { Execution, Lineage } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { lineage } from '../../test/fixture-versions.ts';
import { otherRuns } from '../../test/fixtures.ts';
import { contributionLabel, importanceInWords } from './bars.ts';
import { BOX, drawLineage } from './lineage.ts';
import { placeStretches } from './stretches.ts';
import { bestSoFar, rankTrials, searchedParams } from './trials.ts';

describe('a search', () => {
  const trials = otherRuns[0]!.executions;
  const objective = { metric: 'mae', goal: 'minimize' } as const;

  it('has the best trial first and those without a score last, in their order', () => {
    const ranked = rankTrials(trials, objective);
    const scores = ranked.flatMap(({ metrics }) => metrics['mae'] ?? []);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    expect(ranked.slice(-3).map(({ trial }) => trial)).toEqual([4, 12, 13]);
    const best = rankTrials(trials, { ...objective, goal: 'maximize' })[0]!;
    expect(best.metrics['mae']).toBe(scores.at(-1));
  });

  it('names the numbers that were searched, not those that were fixed or are words', () => {
    expect(searchedParams(trials)).toEqual(['learning_rate', 'depth']);
    const worded = trials.map((one, i): Execution => ({ ...one, params: { kernel: i % 2 ? 'rbf' : 'linear' } }));
    expect(searchedParams(worded)).toEqual([]);
  });

  it('never gets worse', () => {
    const points = [
      [0, 5],
      [2, 6],
      [1, 4],
    ] as const;
    expect(bestSoFar(points, objective)).toEqual([
      [0, 5],
      [1, 4],
      [2, 4],
    ]);
  });
});

describe('stretches of time', () => {
  it('lie between the first beginning and the last end, open ones up to now', () => {
    const given = [
      { kind: 'a', from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
      { kind: 'b', from: '2026-01-03T00:00:00Z', to: null },
    ];
    const places = placeStretches(given, Date.parse('2026-01-05T00:00:00Z'));
    expect(places.map(({ start, width }) => [start, width])).toEqual([
      [0, 0.25],
      [0.5, 0.5],
    ]);
  });
});

describe('a lineage', () => {
  const drawn = drawLineage(lineage);
  const at = (id: string) => drawn.nodes.find((node) => node.id === id)!;

  it('runs from left to right', () => {
    for (const { from, to } of drawn.edges) expect([from, to, at(from).x < at(to).x]).toEqual([from, to, true]);
  });

  it('has no box over another, and none outside', () => {
    const places = drawn.nodes.map(({ x, y }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(places.length);
    for (const { x, y } of drawn.nodes) {
      expect(x >= 0 && x + BOX.width <= drawn.width && y >= 0 && y + BOX.height <= drawn.height).toBe(true);
    }
  });

  it('draws many of a kind as one, and its own version as it is', () => {
    expect(drawn.nodes.filter(({ kind }) => kind === 'training').map(({ label, count }) => [label, count])).toEqual([
      ['8 trainings', 8],
    ]);
    expect(drawn.nodes.filter(({ own }) => own).map(({ id }) => id)).toEqual(['version:v4']);
  });

  it('ends where a record goes round in a circle', () => {
    const [a, b] = ['version:a', 'version:b'].map((id) => ({
      ...{ id, kind: 'version' as const, label: id, at: null, detail: {} },
    }));
    const edges = [
      { from: a!.id, to: b!.id, kind: 'parent' as const },
      { from: b!.id, to: a!.id, kind: 'parent' as const },
    ];
    const circle: Lineage = { model: 'm', version: 'a', nodes: [a!, b!], edges };
    expect(drawLineage(circle).nodes).toHaveLength(2);
  });

  it('of a version that is alone is one box', () => {
    const alone = { ...lineage, nodes: lineage.nodes.slice(0, 1), edges: [] };
    expect(drawLineage(alone)).toMatchObject({ width: BOX.width, height: BOX.height });
  });
});

describe('what is said of a feature', () => {
  const given = { feature: 'distance', value: 1203.4, contribution: 1, error: null, condition: null };
  const rows: [what: string, given: Parameters<typeof contributionLabel>[0], expected: string][] = [
    ['a number', given, 'distance = 1,203'],
    ['a missing value', { ...given, value: null }, 'distance = missing'],
    ['a word', { ...given, value: 'far' }, 'distance = far'],
    ['the bin of LIME', { ...given, condition: 'distance > 900' }, 'distance > 900'],
  ];
  it.each(rows)('%s', (_, one, expected) => expect(contributionLabel(one)).toBe(expected));

  it('leaves out what is not known', () => {
    const none = { lower: null, upper: null, championShare: null, effect: null, effectLower: null, effectUpper: null };
    expect(importanceInWords({ feature: 'a', importance: 0.3, share: 0.25, ...none })).toEqual([
      ['Share', '25.0 %'],
      ['Importance', '0.300'],
    ]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driftTests, rowStatistics } from '@leeway/stats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import vectors from '../../../../conformance/drift.json' with { type: 'json' };
import evidently from '../../../../conformance/drift-peers-evidently.json' with { type: 'json' };
import nannyml from '../../../../conformance/drift-peers-nannyml.json' with { type: 'json' };
import { Engine } from './engine.ts';
import { exactResults } from './exact-results.ts';
import { probeFile } from './probe-file.ts';
import { planColumns, summarize, typeColumns } from './profile-columns.ts';
import { surveyFile } from './survey.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-test-'));
let engine: Engine;
beforeAll(async () => {
  engine = await Engine.open();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

let files = 0;
async function sideOf(values: readonly (number | null)[]) {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, `x,row\n${values.map((value, i) => `${value ?? ''},${i}`).join('\n')}\n`);
  const table = await surveyFile(engine, await engine.add(await probeFile(path)));
  return typeColumns(engine, table, [{ name: 'x', kind: 'numeric', role: 'feature' }]);
}

async function exactly(
  before: readonly (number | null)[],
  now: readonly (number | null)[],
  tests?: string[],
  compatibility?: string,
) {
  const sides = { reference: await sideOf(before), current: await sideOf(now) };
  const plan = (await planColumns(engine, sides.reference)).get('x')!;
  const summaries = {
    reference: await summarize(engine, sides.reference, 'x', plan),
    current: await summarize(engine, sides.current, 'x', plan),
  };
  return {
    summaries,
    results: await exactResults(engine, sides, 'x', summaries, {
      ...(tests ? { tests } : {}),
      ...(compatibility ? { compatibility } : {}),
    }),
  };
}

const tests = driftTests.filter((test) => test.fromRows);
const all = tests.map(({ id }) => id);

/** The answers over rows in memory, the deviation as the summary has it. */
function inMemory(before: readonly (number | null)[], now: readonly (number | null)[]) {
  const present = (side: readonly (number | null)[]) => side.filter((x) => x !== null);
  const rows = rowStatistics(present(before), present(now));
  return Object.fromEntries(tests.map((test) => [test.id, test.fromRows!(rows)]));
}

function expectSame(
  actual: Awaited<ReturnType<typeof exactly>>['results'],
  expected: ReturnType<typeof inMemory>,
  digits = 1e-9,
) {
  for (const { id } of tests) {
    const [is, should] = [actual[id]!, expected[id]!];
    expect(is.reason, id).toBe(should.reason);
    for (const key of ['statistic', 'pValue', 'effect'] as const) {
      if (should[key] === null) expect(is[key], `${id} ${key}`).toBeNull();
      else
        expect(Math.abs(is[key]! - should[key]), `${id} ${key}`).toBeLessThanOrEqual(
          digits * Math.max(1e-3, Math.abs(should[key])),
        );
    }
  }
}

/** The same numbers on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

describe('the engine computes over all rows what memory does', () => {
  it.each(vectors.numeric.samples)('$name', async ({ name, reference, current }) => {
    const { results } = await exactly(reference, current, all);
    // Without overlap the covariance of the Epps-Singleton test is nearly singular.
    expectSame(results, inMemory(reference, current), /disjoint|large|thousand times/.test(name) ? 1e-5 : 1e-9);
  });

  it('for many rows, gaps among them', async () => {
    const next = random(7);
    const value = (shift: number) => {
      const x = Math.round((next() + next() + next() + shift) * 1e4) / 1e4;
      return next() < 0.1 ? null : x;
    };
    const before = Array.from({ length: 30_000 }, () => value(0));
    const now = Array.from({ length: 7_000 }, () => value(0.05));
    const { results, summaries } = await exactly(before, now, all);
    expectSame(results, inMemory(before, now));
    for (const test of tests) {
      const binned = test.compute(summaries.reference, summaries.current).statistic!;
      const bound = test.errorBound?.(summaries.reference, summaries.current) ?? Number.POSITIVE_INFINITY;
      expect(Math.abs(results[test.id]!.statistic! - binned), test.id).toBeLessThanOrEqual(bound * (1 + 1e-9) + 1e-9);
    }
  });

  it.each([
    ['one value', Array(40).fill(3), Array(50).fill(3)],
    ['a constant reference', Array(40).fill(3), Array.from({ length: 50 }, (_, i) => i)],
    ['nothing present', Array(40).fill(null), Array.from({ length: 50 }, (_, i) => i)],
    ['nothing left', Array.from({ length: 50 }, (_, i) => i), Array(40).fill(null)],
    ['two zeros', [...Array(20).fill(0), ...Array(20).fill(1)], [...Array(20).fill(-0), ...Array(30).fill(1)]],
  ])('%s', async (_, before, now) => {
    expectSame((await exactly(before, now, all)).results, inMemory(before, now));
  });

  it('leaves out what costs a scan more, unless asked for it', async () => {
    const { results } = await exactly([1, 2, 3, 4], [2, 3, 4, 5]);
    expect(Object.keys(results)).toEqual(all.filter((id) => id !== 'epps_singleton'));
  });
});

describe.each([
  ['evidently', evidently.numeric],
  ['nannyml', nannyml.numeric],
] as const)("%s's numbers, counted over its own edges", (peer, columns) => {
  // Whole numbers written with a point are floats to a peer, but whole to the engine.
  const cases = columns.filter(({ name }) => peer === 'nannyml' || name !== 'few values');
  it.each(cases)('$name', async ({ reference, current, statistics }) => {
    const { results } = await exactly([...reference, null], [null, ...current], Object.keys(statistics), peer);
    for (const [id, expected] of Object.entries(statistics)) {
      expect(Math.abs(results[id]!.statistic! - expected), id).toBeLessThan(1e-9);
    }
  });

  it('have no answer for a side without values', async () => {
    expect((await exactly([1, 2, 3], [null, null], ['jensen_shannon'], peer)).results).toMatchObject({
      ks: { reason: 'empty_current' },
    });
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Explanation, Problem } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import vectors from '../../../../conformance/explanations.json' with { type: 'json' };
import { explanationText } from '../cli/commands/explain.ts';
import { storeArtifact } from '../registry/artifacts.ts';
import { promote } from '../registry/promote.ts';
import { registerVersion } from '../registry/versions.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, documentOf, START } from '../testing/models.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const features = Object.fromEntries(NAMES.map((name) => [name, { type: 'numeric' }]));
const model = (name: string, task: string, columns: object = {}) => ({ name, task, columns: { features, ...columns } });
/** Models by the names of their vectors; of each the first column is what its version is registered with. */
const CASES = {
  boosted: ['xgboost, two classes', model('boosted', 'binary', { score: 'score', prediction: 'said' })],
  forest: ['forest, two classes', model('forest', 'binary', { positive: '0', score: 'score', prediction: 'said' })],
  number: ['lightgbm, a number', model('number', 'regression', { prediction: 'said' })],
  classes: ['forest, three classes', model('classes', 'multiclass', { prediction: 'said' })],
} as const;
const caseOf = (name: keyof typeof CASES) => vectors.trees.cases.find((each) => each.name === CASES[name][0])!;
const rowOf = (values: (number | null)[]) => Object.fromEntries(NAMES.map((name, j) => [name, values[j]]));

let server: TestApp;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-explain-'));
  server = await openTestApp({ config: documentOf(...Object.values(CASES).map(([, each]) => each)) });
  const { ctx, services } = server.app;
  server.clock.set(START + DAY);
  for (const name of Object.keys(CASES) as (keyof typeof CASES)[]) {
    const path = join(folder, `${name}.onnx`);
    writeFileSync(path, Buffer.from(caseOf(name).onnx, 'base64'));
    const artifact = { ...(await storeArtifact(ctx, path)), format: 'onnx' };
    await ctx.store.db.transaction().execute((tx) =>
      registerVersion(tx, {
        ...{ model: name, createdAt: START, createdBy: 'ann', run: null, parent: null },
        ...{ dataset: null, metrics: {}, params: {}, artifact },
      }),
    );
    await promote(ctx, services.checkLoads, { model: name, version: 'v1', actor: 'ann', reason: 'first' });
    await services.ingest.predictions(
      name,
      vectors.trees.background.map((values, i) => ({ id: `p${i}`, time: START + i * 1000, said: 1, ...rowOf(values) })),
    );
  }
  await server.app.settle();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const explain = (name: string, body: object) =>
  server.call<Explanation & Problem>(`/api/v1/models/${name}/explain`, { body });
const byFeature = ({ contributions }: Explanation) =>
  NAMES.map((name) => contributions.find(({ feature }) => feature === name)!.contribution);

describe('one prediction', () => {
  test('of trees is explained as by shap, in log-odds, and says so', async () => {
    const { rows, interventional } = caseOf('boosted');
    const { status, body } = await explain('boosted', { row: rowOf(rows[0]!) });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ version: 'v1', method: 'tree_shap', unit: 'log_odds', of: '1', exact: true, id: null },
      background: { rows: 12, from: 'recent' },
      note: expect.stringContaining('log-odds'),
    });
    expect(body.base).toBeCloseTo(interventional.base[0]!, 5);
    for (const [j, value] of byFeature(body).entries()) expect(value).toBeCloseTo(interventional.values[0]![0]![j]!, 5);
    const sizes = body.contributions.map(({ contribution }) => Math.abs(contribution));
    expect(sizes).toEqual(sizes.toSorted((x, y) => y - x));
    // The first feature of this row is missing, and is told as such.
    expect(body.contributions.find(({ feature }) => feature === 'a')!.value).toBeNull();
  });

  test('of the first of two classes has the opposite contributions', async () => {
    const { rows, interventional, says } = caseOf('forest');
    const { body } = await explain('forest', { row: rowOf(rows[1]!) });
    expect(body).toMatchObject({ method: 'tree_shap', unit: 'probability', of: '0' });
    expect(body.output).toBeCloseTo(says[1]![0]!, 5);
    for (const [j, value] of byFeature(body).entries()) expect(value).toBeCloseTo(interventional.values[0]![1]![j]!, 5);
  });

  test('that is recorded is found by its id, under the version that is asked for', async () => {
    const { body } = await explain('number', { id: 'p3', version: 'v1' });
    expect(body).toMatchObject({ id: 'p3', unit: 'value', of: null });
    const sum = byFeature(body).reduce((total, value) => total + value, body.base);
    expect(sum).toBeCloseTo(body.output, 6);
    expect(body.output).toBeCloseTo(Number(body.prediction), 4);
  });

  test('of several classes is that of the class that is predicted', async () => {
    const { rows, says, interventional } = caseOf('classes');
    const { body } = await explain('classes', { row: rowOf(rows[2]!) });
    const best = says[2]!.indexOf(Math.max(...says[2]!));
    expect(body).toMatchObject({ of: String(best), prediction: String(best), unit: 'probability' });
    for (const [j, value] of byFeature(body).entries()) {
      expect(value).toBeCloseTo(interventional.values[best]![2]![j]!, 5);
    }
  });

  test('by LIME is a local model with its fit, the same on every call', async () => {
    const body = { row: rowOf(caseOf('boosted').rows[1]!), method: 'lime' };
    const [one, two] = [await explain('boosted', body), await explain('boosted', body)];
    expect(one.body).toEqual(two.body);
    expect(one.body).toMatchObject({ method: 'lime', unit: 'probability', exact: false, evaluations: 5001 });
    expect(one.body.fit).toBeGreaterThan(0.1);
    for (const { feature, condition, error } of one.body.contributions) {
      expect(condition).toContain(feature);
      expect(error).toBeGreaterThan(0);
    }
  });

  test.each<[string, string, object, number, string]>([
    ['neither id nor row', 'boosted', {}, 400, 'invalid_request'],
    ['both', 'boosted', { id: 'p1', row: {} }, 400, 'invalid_request'],
    ['a row that lacks a feature', 'boosted', { row: { a: 1 } }, 400, 'invalid_request'],
    ['a text for a number', 'boosted', { row: { ...rowOf([1, 1, 1, 1, 1]), a: 'x' } }, 422, 'wrong_type'],
    ['an id that is not recorded', 'boosted', { id: 'nobody' }, 404, 'unknown_prediction'],
    ['a version that is not there', 'boosted', { id: 'p1', version: 'v9' }, 404, 'unknown_version'],
    ['another method', 'boosted', { id: 'p1', method: 'magic' }, 400, 'invalid_request'],
    ['a model that is not there', 'nothing', { id: 'p1' }, 404, 'unknown_model'],
  ])('refuses %s', async (_, name, body, status, code) => {
    const answer = await explain(name, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('is told in the terminal with a bar for each feature', async () => {
    const { body } = await explain('boosted', { row: rowOf(caseOf('boosted').rows[1]!) });
    const text = stripVTControlCharacters(explanationText(body));
    await expect(`${text}\n`).toMatchFileSnapshot('testdata/golden/explain.txt');
  });

  test('is refused to those who ask too often, with the time to wait', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 61; i++) {
      const { status, headers, body } = await explain('number', { id: `x${i}` });
      statuses.add(status);
      if (status !== 429) continue;
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(body.code).toBe('too_many_requests');
    }
    expect([...statuses].toSorted()).toEqual([404, 429]);
    server.clock.set(START + DAY + 120_000);
    expect((await explain('number', { id: 'p1' })).status).toBe(200);
  });
});

test('a version that no run made has nothing kept of what it goes by', async () => {
  const { status, body } = await server.call<Problem>('/api/v1/models/number/versions/v1/explanation');
  expect([status, body.code]).toEqual([404, 'unknown_explanation']);
});

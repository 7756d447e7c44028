import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GateConfig, ModelConfig } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import vectors from '../../../../../conformance/explanations.json' with { type: 'json' };
import { explanationOfGates } from '../../explanations/gate-explanation.ts';
import { loadOnnx, type Runner } from '../../gateway/runtime.ts';
import type { TableColumn } from '../../learner/read-table.ts';
import type { Scorer } from '../context.ts';
import { explain } from './explain.ts';
import type { ConfigOf, LiveEvidence, LiveModel } from './gate.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const model = ModelConfig.parse({
  name: 'houses',
  task: 'regression',
  columns: { features: Object.fromEntries(NAMES.map((name) => [name, { type: 'numeric' }])) },
});
const gate = (options: object = {}) => GateConfig.parse({ type: 'explain', ...options }) as ConfigOf<'explain'>;
const { training, cases } = vectors.trees;
const columns = new Map<string, TableColumn>(
  NAMES.map((name, j) => [name, { kind: 'numeric', values: Float64Array.from(training, (row) => row[j]!) }]),
);
/** What the trees were trained on, without its noise. */
const truth = Float64Array.from(training, ([a, b, c, d]) => a! * 1.5 + (b! > 0 ? c! : -c!) + 0.5 * d! ** 2);

/** A model in one line. */
const line = (f: (row: number[]) => number): Scorer => ({
  predict: async (batch) => ({
    prediction: Float64Array.from({ length: batch.rows }, (_, i) =>
      f(NAMES.map((name) => batch.columns.get(name)![i] as number)),
    ),
    score: null,
  }),
  close: async () => {},
});

let folder: string;
const runners: Runner[] = [];
async function onnx(name: string): Promise<LiveModel> {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, Buffer.from(cases.find((each) => each.name === name)!.onnx, 'base64'));
  const scorer = await loadOnnx(path, model);
  runners.push(scorer);
  return { version: name, format: 'onnx', path, bytes: 1, scorer };
}
const fake = (scorer: Scorer | null): LiveModel => ({ version: 'v2', format: 'external', path: '', bytes: 1, scorer });

let forest: LiveModel;
let boosted: LiveModel;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-explain-gate-'));
  forest = await onnx('forest, a number');
  boosted = await onnx('xgboost, a number');
});
afterAll(async () => {
  for (const runner of runners) await runner.close();
  rmSync(folder, { recursive: true });
});

/** What of the evidence this gate looks at. */
const live = (challenger: LiveModel, champion: LiveModel | null, more: Partial<LiveEvidence> = {}): LiveEvidence =>
  ({
    ...{ model, challenger, champion, given: join(folder, 'none.json'), championGates: [] },
    holdout: { table: { rows: training.length, columns } },
    evidence: {
      task: 'regression',
      labels: truth,
      classes: [],
      challenger: {},
      champion: null,
      minimumRows: 50,
      seed: 7,
    },
    signal: new AbortController().signal,
    ...more,
  }) as unknown as LiveEvidence;
const judge = (options: object, ...given: Parameters<typeof live>) =>
  explain.phase === 'live' ? explain.judge(gate(options), live(...given)) : Promise.reject(new Error('not live'));

describe('the gate that explains', () => {
  it('finds two models of trees alike that learnt the same, by their SHAP values', async () => {
    const result = await judge({}, boosted, forest);
    expect(result).toMatchObject({ verdict: 'pass', metric: 'value', n: 160, limit: 0.9 });
    expect(result.challenger).toBeGreaterThan(0.9);
    expect(result.test).toBe('mean size of SHAP values (value), 10 parts of 160 rows');
    const kept = explanationOfGates([result], { model: 'houses', version: 'v2', run: 'run_1' })!;
    expect(kept.features[0]!.feature).toBe('a');
    expect(kept.features.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(kept.features.at(-1)!.feature).toBe('e');
  });

  it('finds the same by shuffling', async () => {
    const result = await judge({ method: 'permutation', repeats: 5 }, boosted, forest);
    expect(result).toMatchObject({ verdict: 'pass', metric: 'rmse' });
    expect(result.test).toBe('permutation importance by rmse, 5 shuffles of 160 rows');
    expect(await judge({ method: 'permutation', repeats: 5 }, boosted, forest)).toEqual(result);
  });

  it('refuses one that goes by other features, and tells which', async () => {
    const wrong = fake(line(([, , , , e]) => 3 * e!));
    const result = await judge({ method: 'shap' }, wrong, forest);
    expect(result).toMatchObject({ verdict: 'fail', reason: 'goes_by_other_features', metric: 'value' });
    expect(result.statement).toMatch(/moved: e 0\.0\d+ to 1, a 0\.\d+ to 0/);
    expect(result.statement).toContain('The trees are not read: it is no ONNX file.');
  });

  it('holds signs, first features, forbidden ones and one that says all against what is expected', async () => {
    const own = fake(line(([a, b]) => 5 * a! - 0.1 * b!));
    const asked = (options: object) => judge({ method: 'permutation', similarity: 0, leak: 1, ...options }, own, null);
    expect(await asked({ sign: { a: 'positive', b: 'negative' } })).toMatchObject({ verdict: 'pass' });
    expect(await asked({ sign: { a: 'negative' } })).toMatchObject({ verdict: 'fail', reason: 'wrong_sign' });
    expect(await asked({ top: { features: ['c'], first: 1 } })).toMatchObject({ reason: 'not_among_the_first' });
    expect(await asked({ forbidden: { a: 0.5 } })).toMatchObject({ reason: 'goes_by_a_forbidden_feature' });
    const leaking = await asked({ leak: 0.95 });
    expect(leaking).toMatchObject({ verdict: 'fail', reason: 'one_feature_says_nearly_all' });
    expect(leaking.statement).toContain('a alone has a share of');
  });

  it.each<[string, object, () => Parameters<typeof live>, string, string]>([
    ['too few rows', { minimumRows: 1000 }, () => [boosted, null], 'inconclusive', 'too_few_rows'],
    ['no champion', {}, () => [boosted, null], 'pass', 'as_expected'],
    ['a champion that cannot be run', {}, () => [boosted, fake(null)], 'inconclusive', 'champion_not_scored'],
    ['a challenger that cannot be run', {}, () => [fake(null), forest], 'inconclusive', 'external_model'],
    [
      'a file that was asked for and not left',
      { method: 'given' },
      () => [boosted, forest],
      'inconclusive',
      'not_given',
    ],
  ])('of %s is told as such', async (_, options, given, verdict, reason) => {
    expect(await judge(options, ...given())).toMatchObject({ verdict, reason });
  });

  it('takes what the trainer says of a model that cannot be run, and what was found of its champion', async () => {
    const given = join(folder, 'explanations.json');
    writeFileSync(given, JSON.stringify({ importance: { a: 3, c: 2, d: 1 }, effect: { a: 1 }, method: 'gain' }));
    const championGates = [await judge({}, forest, null)];
    const told = { given, championGates };
    const result = await judge({ sign: { a: 'positive' } }, fake(null), fake(null), told);
    expect(result).toMatchObject({ verdict: 'pass', metric: 'gain', test: 'as the trainer said (gain)', lower: null });
    expect(await judge({}, fake(null), fake(null), { given })).toMatchObject({ reason: 'champion_not_explained' });
    writeFileSync(given, JSON.stringify({ importance: { a: -1 } }));
    await expect(judge({}, fake(null), null, { given })).rejects.toThrow(/explanations.json: expected/);
  });

  it('stops when the run is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const asked = judge({ method: 'permutation' }, boosted, forest, { signal: controller.signal });
    await expect(asked).rejects.toThrow(/abort/i);
  });
});

import type { Run, VersionInfo } from '@leeway/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filesUnder, proxiedPath, safe } from './artifact-paths.ts';
import { quoted } from './client.ts';
import { hookTrouble, readHook } from './hook.ts';
import { readMetrics } from './import.ts';
import { nameHere, nameThere } from './names.ts';
import { inBatches, missingPairs, mlmodelFile, runToMlflow, versionTags } from './to-mlflow.ts';

const version = {
  ...{
    model: 'm',
    version: 'v2',
    run: 'run_1',
    parent: 'v1',
    stage: 'staging',
    codeCommit: 'abc',
    datasetReference: null,
  },
  ...{ metrics: { roc_auc: 0.7, f1: null }, params: { depth: 3, 'a=b': [1], text: 'x' }, tags: { team: 'credit' } },
  artifact: { hash: 'f'.repeat(64), bytes: 10, format: 'onnx', deletedAt: null },
  dataset: null,
  description: '',
  createdAt: '2026-03-02T00:00:00.000Z',
} as unknown as VersionInfo;
const run = {
  ...{ id: 'run_1', model: 'm', state: 'promoted', trigger: 'schedule', reason: 'r'.repeat(6_000), champion: 'v1' },
  ...{ challenger: 'v2', decision: 'all gates passed', params: {}, createdAt: '2026-03-02T00:00:00.000Z' },
  endedAt: '2026-03-02T01:00:00.000Z',
  gates: [{ type: 'compare', metric: 'roc_auc', verdict: 'pass' }],
  dataset: { hash: 'd'.repeat(64), start: '2026-02-01T00:00:00Z', holdoutStart: '', end: '2026-03-01T00:00:00Z' },
} as unknown as Run;

test('a run as MLflow is told of it: within its limits, without numbers that are none', () => {
  const told = runToMlflow(run, version, 'https://leeway.example.org');
  expect(told).toMatchObject({ status: 'FINISHED', metrics: [{ key: 'roc_auc', value: 0.7 }] });
  expect(told.params).toEqual([
    { key: 'depth', value: '3' },
    { key: 'a_b', value: '[1]' },
    { key: 'text', value: 'x' },
  ]);
  const tags = Object.fromEntries(told.tags.map(({ key, value }) => [key, value]));
  expect(tags).toMatchObject({
    'leeway.run_id': 'run_1',
    'leeway.version': 'v2',
    'leeway.gates': 'compare roc_auc: pass',
    'leeway.dataset': 'd'.repeat(64),
    'mlflow.source.git.commit': 'abc',
  });
  expect(tags['leeway.reason']).toHaveLength(5_000);
  expect(told.dataset?.digest).toHaveLength(36);
});

test('tags of a version, those of people among them, but none of ours overwritten', () => {
  const tags = versionTags(
    { ...version, tags: { team: 'credit', 'leeway.version': 'v9' } },
    'https://leeway.example.org',
  );
  expect(tags).toContainEqual({ key: 'team', value: 'credit' });
  expect(tags.filter(({ key }) => key === 'leeway.version')).toEqual([{ key: 'leeway.version', value: 'v2' }]);
});

test('the MLmodel file names the flavours', () => {
  expect(mlmodelFile(version, version.createdAt)).toContain('loader_module: mlflow.onnx');
});

test('batches are whole and small enough', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 7 }), (all, size) => {
      const batches = inBatches(all, size);
      expect(batches.flat()).toEqual(all);
      for (const batch of batches) expect(batch.length >= 1 && batch.length <= size).toBe(true);
    }),
  );
});

test('only pairs that differ are sent again', () => {
  const pair = (key: string, value: string) => ({ key, value });
  expect(missingPairs([pair('a', '1'), pair('b', '2')], [pair('a', '1'), pair('b', '1')])).toEqual([pair('b', '2')]);
  expect(missingPairs([pair('a', '1')])).toEqual([pair('a', '1')]);
});

test('metrics come in with the name and the sign that the configuration says', () => {
  const metrics = { mean_squared_error: { as: 'mse', sign: -1 as const }, loss: { sign: 1 as const } };
  const found = [
    { key: 'mean_squared_error', value: -0.25 },
    { key: 'loss', value: '0.5' },
    { key: 'r2', value: 0.9 },
    { key: 'broken', value: 'NaN' },
  ];
  expect(readMetrics({ metrics }, found)).toEqual({ mse: 0.25, loss: 0.5, r2: 0.9 });
  expect(Object.is(readMetrics({ metrics }, [{ key: 'mean_squared_error', value: 0 }])['mse'], 0)).toBe(true);
});

test('names here and there', () => {
  const config = { models: { 'bikes-demand': 'bikes' } };
  expect([nameThere(config, 'bikes-demand'), nameThere(config, 'm')]).toEqual(['bikes', 'm']);
  expect([nameHere(config, ['m', 'bikes-demand'], 'bikes'), nameHere(config, ['m'], 'bikes')]).toEqual([
    'bikes-demand',
    undefined,
  ]);
});

test('which artifacts the server itself gives', () => {
  const base = 'https://mlflow.example.org:5000/x';
  expect(proxiedPath('mlflow-artifacts:/1/abc/artifacts/', base)).toBe('1/abc/artifacts');
  expect(proxiedPath('mlflow-artifacts://mlflow.example.org:5000/1/abc', base)).toBe('1/abc');
  expect(proxiedPath('mlflow-artifacts://other.example.org/1/abc', base)).toBeNull();
  expect(proxiedPath(`${base}/api/2.0/mlflow-artifacts/artifacts/1/abc`, base)).toBe('1/abc');
  expect(proxiedPath('s3://bucket/1/abc', base)).toBeNull();
});

test('no file of a server leads out of the folder that it is put in', async () => {
  for (const bad of ['../x', 'a/../../x', '/etc/passwd', 'a//b', 'a\\..\\b', '.', 'a\0b']) {
    expect(() => safe(bad)).toThrow(/leads elsewhere/);
  }
  const tree: Record<string, { path: string; is_dir: boolean; file_size?: number }[]> = {
    '': [
      { path: 'data', is_dir: true },
      { path: 'MLmodel', is_dir: false, file_size: 3 },
    ],
    data: [{ path: 'model.onnx', is_dir: false, file_size: 7 }],
  };
  expect(await filesUnder(async (folder) => tree[folder]!)).toEqual([
    { path: 'MLmodel', bytes: 3 },
    { path: 'data/model.onnx', bytes: 7 },
  ]);
  await expect(filesUnder(async () => [{ path: 'again', is_dir: true }])).rejects.toThrow(/more than 1000 files/);
  await expect(filesUnder(async () => [{ path: '../x', is_dir: false }])).rejects.toThrow(/leads elsewhere/);
});

test('texts in filters keep within their quotes', () => {
  expect([quoted('a'), quoted(`a'b`)]).toEqual([`'a'`, `"a'b"`]);
  expect(() => quoted(`a'b"c`)).toThrow(/both kinds of quotes/);
});

test('a webhook is taken when it is signed, whole and fresh', () => {
  // Made by mlflow 3.17: _generate_hmac_signature('correct horse', 'd-1', '1772409600', BODY)
  const body = '{"entity": "model_version_alias", "action": "created", "timestamp": "t", "data": {"name": "m"}}';
  const hook = {
    delivery: 'd-1',
    timestamp: '1772409600',
    signature: 'v1,n4e/f4iH0KeI7N2OuGP2QTvZL/+Q+1hEjjvPPFsiHOw=',
    body,
  };
  const at = 1_772_409_600_000;
  expect(hookTrouble('correct horse', hook, at)).toBeNull();
  expect(hookTrouble('correct horse', hook, at + 299_000)).toBeNull();
  expect(hookTrouble('correct horse', hook, at + 301_000)).toMatch(/five minutes/);
  expect(hookTrouble('correct horse', { ...hook, timestamp: '1772409601' }, at)).toMatch(/signature/);
  expect(hookTrouble('correct horse', { ...hook, delivery: 'd-2' }, at)).toMatch(/signature/);
  expect(hookTrouble('correct horse', { ...hook, body: body.replace('"m"', '"n"') }, at)).toMatch(/signature/);
  expect(hookTrouble('other', hook, at)).toMatch(/signature/);
  expect(hookTrouble('correct horse', { ...hook, signature: '' }, at)).toMatch(/no signature/);
  expect(hookTrouble('correct horse', { ...hook, timestamp: 'soon' }, at)).toMatch(/five minutes/);
  expect(readHook(body)).toEqual({ event: 'model_version_alias.created', name: 'm' });
  expect([readHook('[]'), readHook('no')]).toEqual([null, null]);
});

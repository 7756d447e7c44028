import type { Dataset, GateResult, VersionInfo } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { type Better, type DiffSide, diffVersions } from './diff-versions.ts';

const better: Better = (metric) =>
  (({ roc_auc: 'higher', log_loss: 'lower', bias: 'zero' })[metric] as ReturnType<Better>) ?? null;
const dataset = (hash: string) => ({ hash, start: 's', holdoutStart: 'h', end: 'e', trainRows: 1, holdoutRows: 1 });
const side = (name: string, over: object = {}, beside: Partial<DiffSide> = {}): DiffSide => ({
  version: {
    ...{ model: 'm', version: name, metrics: {}, params: {}, tags: {}, environment: {}, codeCommit: null },
    ...{ dataset: null, datasetReference: null, artifact: { hash: 'h', bytes: 1, format: 'onnx', deletedAt: null } },
    ...over,
  } as unknown as VersionInfo,
  ...{ dataset: null, gates: [], comparedWith: null, signature: null },
  ...beside,
});
const row = (
  section: string,
  name: string,
  a: unknown,
  b: unknown,
  change: number | null = null,
  which: string | null = null,
) => ({
  ...{ section, name, a, b, change, better: which },
});

describe('which metrics may be compared', () => {
  const metrics = (roc: number, loss: number, bias: number) => ({ metrics: { roc_auc: roc, log_loss: loss, bias } });
  test('of the same dataset: with change and the better side', () => {
    const [a, b] = [
      side('v1', { ...metrics(0.5, 0.5, -0.5), dataset: dataset('d') }),
      side('v2', { ...metrics(0.75, 0.75, 0.25), dataset: dataset('d') }),
    ];
    expect(diffVersions(a, b, better)).toMatchObject({
      comparable: true,
      rows: [
        row('metrics', 'roc_auc', 0.5, 0.75, 0.25, 'b'),
        row('metrics', 'log_loss', 0.5, 0.75, 0.25, 'a'),
        row('metrics', 'bias', -0.5, 0.25, 0.75, 'b'),
      ],
    });
  });
  test('of other rows: both are shown, and nothing is said of them', () => {
    const [a, b] = [
      side('v1', { ...metrics(0.5, 1, 0), dataset: dataset('d') }),
      side('v2', { ...metrics(0.9, 1, 0), dataset: dataset('x') }),
    ];
    const diff = diffVersions(a, b, better);
    expect(diff).toMatchObject({ comparable: false, why: expect.stringMatching(/different held-out rows/) });
    expect(diff.rows[0]).toEqual(row('metrics', 'roc_auc', 0.5, 0.9));
  });
  test('of other datasets with the same held-out rows', () => {
    const record = (hash: string) =>
      ({ holdout: { rowsHash: 'same' }, query: { window: hash, columns: [] }, fitted: null }) as unknown as Dataset;
    const [a, b] = [
      side('v1', { ...metrics(0.5, 1, 0), dataset: dataset('d') }, { dataset: record('trailing 28d') }),
      side('v2', { ...metrics(0.9, 1, 0), dataset: dataset('x') }, { dataset: record('growing') }),
    ];
    const diff = diffVersions(a, b, better);
    expect(diff.comparable).toBe(true);
    expect(diff.rows).toContainEqual(row('dataset', 'window', 'trailing 28d', 'growing'));
  });
  test('one of which nothing is on record', () => {
    expect(diffVersions(side('v1'), side('v2', { dataset: dataset('d') }), better).why).toMatch(/not on record/);
  });
});

test('a gate has both on the same rows, whichever of them was the champion', () => {
  const gate = {
    type: 'compare',
    metric: 'roc_auc',
    champion: 0.5,
    challenger: 0.75,
    n: 200,
    verdict: 'pass',
  } as GateResult;
  const [a, b] = [side('v1'), side('v2', {}, { gates: [gate], comparedWith: 'v1' })];
  const name = 'compare roc_auc, same 200 rows: pass';
  expect(diffVersions(a, b, better).rows).toEqual([row('gates', name, 0.5, 0.75, 0.25, 'b')]);
  expect(diffVersions(b, a, better).rows).toEqual([row('gates', name, 0.75, 0.5, -0.25, 'a')]);
  expect(diffVersions(side('v0'), b, better).rows).toEqual([]);
});

test('what else differs, and nothing that is the same', () => {
  const a = side(
    'v1',
    { params: { depth: 3, rate: 0.1 }, codeCommit: 'a', tags: { team: 'x' } },
    { signature: { 'input age': 'float32[N, 1]' } },
  );
  const b = side(
    'v2',
    {
      ...{ params: { depth: 5, rate: 0.1 }, codeCommit: 'b', tags: { team: 'x' }, environment: { python: '3.12' } },
      artifact: { hash: 'i', bytes: 3, format: 'onnx', deletedAt: null },
    },
    { signature: { 'input age': 'float32[N, 1]', 'input plan': 'string[N, 1]' } },
  );
  expect(diffVersions(a, b, better).rows).toEqual([
    row('params', 'depth', 3, 5, 2),
    row('signature', 'input plan', null, 'string[N, 1]'),
    row('artifact', 'hash', 'h', 'i'),
    row('artifact', 'bytes', 1, 3, 2),
    row('code', 'commit', 'a', 'b'),
    row('environment', 'python', null, '3.12'),
  ]);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage, RollbackPlan, ServedAt, VersionDiff, VersionInfo } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../access/tokens.ts';
import { iso } from '../platform/clock.ts';
import { type CallOptions, openTestApp, type TestApp } from '../testing/app.ts';
import { documentOf, HOUR, START } from '../testing/models.ts';

/** What gateway/testdata/columns.onnx takes. */
const FLIGHTS = {
  name: 'flights',
  task: 'binary',
  columns: {
    features: { distance: { type: 'numeric' }, hour: { type: 'numeric' }, carrier: { type: 'categorical' } },
    positive: 'late',
  },
};
const AT = `/api/v1/models/${FLIGHTS.name}`;
const testdata = join(import.meta.dirname, '../gateway/testdata');
const secret = 'the-secret-of-the-tests';

let server: TestApp;
beforeAll(async () => {
  const registry = { maxArtifactBytes: 100_000, wandb: { secret, collections: [] } };
  server = await openTestApp({ config: { ...documentOf(FLIGHTS), registry } });
});
afterAll(() => server.close());

const call = <T>(url: string, options?: CallOptions) => server.call<T>(url, options);
const upload = (bytes: Buffer, headers: Record<string, string> = {}) =>
  call<{ hash: string; bytes: number }>('/api/v1/artifacts', {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream', ...headers },
  });
const put = (alias: string, body: object) => call(`${AT}/aliases/${alias}`, { method: 'PUT', body });

describe('versions over HTTP', () => {
  let hash: string;

  test('an artifact is sent in as it flows, and checked', async () => {
    const bytes = readFileSync(join(testdata, 'columns.onnx'));
    const sent = await upload(bytes);
    expect([sent.status, sent.body.bytes]).toEqual([201, bytes.length]);
    hash = sent.body.hash;
    expect((await upload(bytes, { 'x-content-sha256': hash })).body.hash).toBe(hash);
    const wrong = await upload(bytes, { 'x-content-sha256': '0'.repeat(64) });
    expect([wrong.status, wrong.body]).toMatchObject([422, { code: 'artifact_mismatch' }]);
    expect((await upload(Buffer.alloc(100_001))).body).toMatchObject({ code: 'body_too_large' });
    expect((await upload(Buffer.alloc(0))).status).toBe(422);
    const json = await call('/api/v1/artifacts', { body: { a: 1 } });
    expect([json.status, json.body]).toMatchObject([415, { code: 'unsupported_media_type' }]);
  });

  test('a version is registered once, and one that does not load is not', async () => {
    const body = { artifact: hash, format: 'onnx', key: 'build-7', metrics: { roc_auc: 0.7 }, codeCommit: '4f1c2ab' };
    const made = await call<VersionInfo>(`${AT}/versions`, { body });
    expect([made.status, made.body]).toMatchObject([201, { version: 'v1', createdBy: 'test', run: null }]);
    const again = await call<VersionInfo>(`${AT}/versions`, { body });
    expect([again.status, again.body.version]).toEqual([200, 'v1']);
    const junk = (await upload(Buffer.from('no model'))).body.hash;
    const broken = await call(`${AT}/versions`, { body: { artifact: junk, format: 'onnx' } });
    expect([broken.status, broken.body]).toMatchObject([422, { code: 'artifact_mismatch' }]);
    const unknown = await call(`${AT}/versions`, { body: { artifact: '0'.repeat(64), format: 'onnx' } });
    expect([unknown.status, unknown.body]).toMatchObject([404, { code: 'unknown_artifact' }]);
    const other = await call<VersionInfo>(`${AT}/versions`, {
      body: { artifact: junk, format: 'external', parent: 'v1', params: { depth: 3 } },
    });
    expect(other.body).toMatchObject({ version: 'v2', parent: 'v1' });
    const file = await call(`${AT}/versions/v2/artifact`);
    expect([file.status, file.text, file.headers['x-content-sha256']]).toEqual([200, 'no model', junk]);
  });

  test('tags, a stage and a link', async () => {
    const patch = (body: object) => call<VersionInfo>(`${AT}/versions/v1`, { method: 'PATCH', body });
    await patch({ tags: { team: 'ops', tmp: 'x' }, stage: 'staging', note: 'shown to the owners' });
    const { body } = await patch({ tags: { tmp: null }, stage: 'production', description: 'The first.' });
    expect(body).toMatchObject({ tags: { team: 'ops' }, stage: 'production', description: 'The first.' });
    const { body: history } = await call<{ stages: object[] }>(`${AT}/versions/v1/stages`);
    expect(history.stages).toMatchObject([
      { stage: 'production', note: '', actor: 'test' },
      { stage: 'staging', note: 'shown to the owners' },
    ]);
    const link = { kind: 'wandb', reference: 'team/prices/m:v3', url: 'https://wandb.ai/team/prices/artifacts' };
    const linked = await call<VersionInfo>(`${AT}/versions/v1/links`, { body: link });
    expect(linked.body.links).toMatchObject([link]);
    const script = { ...link, url: 'javascript:alert(1)' };
    expect((await call(`${AT}/versions/v1/links`, { body: script })).status).toBe(400);
  });

  test('aliases by compare and set; the champion among them', async () => {
    expect((await put('staging', { version: 'v1', expected: null, reason: 'x' })).status).toBe(200);
    const late = await put('staging', { version: 'v2', expected: null, reason: 'x' });
    expect([late.status, late.body]).toMatchObject([409, { code: 'alias_moved', present: 'v1' }]);
    expect((await put('v7', { version: 'v1', expected: null, reason: 'x' })).body).toMatchObject({
      code: 'alias_name',
    });
    const champion = await put('champion', { version: 'v1', expected: null, reason: 'first' });
    expect([champion.status, champion.body]).toMatchObject([200, { version: 'v1', previous: null }]);
    server.clock.advance(HOUR);
    expect((await put('champion', { version: 'v2', expected: null, reason: 'x' })).status).toBe(409);
    expect((await put('champion', { version: 'v2', expected: 'v1', reason: 'better' })).status).toBe(200);
    const gone = await call(`${AT}/aliases/staging`, { method: 'DELETE', body: { expected: 'v1', reason: 'done' } });
    expect([gone.status, gone.body]).toMatchObject([200, { previous: 'v1', version: null }]);
    const { body } = await call<{ moves: { alias: string }[] }>(`${AT}/aliases/history?alias=staging`);
    expect(body.moves).toMatchObject([{ to: null, reason: 'done' }, { to: 'v1' }]);
  });

  test('what served when, what differs, where it comes from, and what a rollback would do', async () => {
    const at = async (ms: number) => (await call<ServedAt>(`${AT}/served?at=${iso(ms)}`)).body.version;
    expect([await at(START - 1), await at(START), await at(START + HOUR)]).toEqual([null, 'v1', 'v2']);
    const { body: diff } = await call<VersionDiff>(`${AT}/versions/v1/diff/v2`);
    expect(diff.rows.map(({ section, name }) => `${section} ${name}`)).toEqual(
      expect.arrayContaining(['params depth', 'code commit', 'artifact format', 'metrics roc_auc']),
    );
    const { body: lineage } = await call<Lineage>(`${AT}/versions/v1/lineage`);
    expect(lineage.nodes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['code:4f1c2ab', 'version:v2', 'serving:1']),
    );
    const { body: plan } = await call<RollbackPlan>(`${AT}/rollback`);
    expect(plan).toMatchObject({ from: 'v2', to: 'v1', loads: true });
    const back = await call<VersionInfo>(`${AT}/rollback`, { body: { reason: 'errors' } });
    expect(back.body).toMatchObject({ version: 'v1', aliases: ['champion'] });
  });

  test('garbage is looked at by administrators; nothing of these goes', async () => {
    const { body } = await call('/api/v1/artifacts/collect', { body: { dryRun: true } });
    expect(body).toMatchObject({ dryRun: true, kept: 2, marked: [], deleted: [] });
    const token = await createToken(server.app.ctx, 'test', { name: 'op', role: 'operator' });
    expect((await call('/api/v1/artifacts/collect', { body: {}, token })).status).toBe(403);
    const viewer = await createToken(server.app.ctx, 'test', { name: 'see', role: 'viewer' });
    expect((await call(`${AT}/versions/v1/artifact`, { token: viewer })).status).toBe(403);
  });

  test('a webhook needs no token of ours, but the secret', async () => {
    const hook = (authorization: string) =>
      call('/api/v1/hooks/wandb', {
        ...{ token: null, method: 'POST' },
        body: JSON.stringify({ artifact_collection_name: 'houses', artifact_version_string: 'a/b/c:v1' }),
        headers: { authorization, 'content-type': 'application/json' },
      });
    const taken = await hook(`Bearer ${secret}`);
    expect([taken.status, taken.body]).toEqual([200, { outcome: 'nothing is configured for houses' }]);
    const refused = await hook('Bearer another');
    expect([refused.status, refused.body]).toMatchObject([401, { code: 'webhook_refused' }]);
    const mlflow = await call('/api/v1/hooks/mlflow', { token: null, method: 'POST', body: '{}' });
    expect([mlflow.status, mlflow.body]).toMatchObject([401, { code: 'webhook_refused' }]);
  });
});

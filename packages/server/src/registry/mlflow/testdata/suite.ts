import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MlflowStatus, Run } from '@leeway/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { iso } from '../../../platform/clock.ts';
import { DAY, START } from '../../../testing/models.ts';
import { stores } from '../../../testing/stores.ts';
import { artifactPath } from '../../artifacts.ts';
import { type Registry, registerRegistry } from '../../index.ts';
import { promote, rollback } from '../../promote.ts';
import { MODEL, openRegistryKit, type RegistryKit } from '../../testdata/registry-kit.ts';
import { versionOf } from '../../versions.ts';
import { fetchMlflowVersion, findMlflowCandidate } from '../candidate.ts';

let counter = 0;

/** What holds with any MLflow, real or not. */
export function mlflowSuite(name: string, server: () => { url: string; token?: string }): void {
  describe.each(stores())(`${name}, on $name`, (form) => {
    let kit: RegistryKit;
    let registry: Registry;
    let there: string;
    let runs: Run[];
    const configured = (over: object = {}) => {
      const experiment = `leeway-${there}`;
      kit.configure({ mlflow: { ...server(), experiment, models: { [MODEL]: there }, ...over } });
    };
    beforeEach(async () => {
      kit = await openRegistryKit(form);
      // A name of its own: a real server remembers.
      there = `houses-${process.pid}-${Date.now()}-${++counter}`;
      runs = [];
      configured();
      registry = registerRegistry(kit.ctx, {
        ...{ outbound: kit.ctx.outbound, checkArtifact: async () => {}, datasetOf: async () => null },
        runOf: async (id) => runs.find((run) => run.id === id) ?? null,
        runsOf: async () => runs,
      });
    });
    afterEach(() => kit.close());

    const sync = async () => {
      // Jobs that failed wait for a while.
      kit.clock.advance(10 * 60_000);
      await kit.ctx.jobs.drain();
    };
    const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const { url, token } = server();
      const response = await fetch(`${url}/api/2.0/${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      const text = await response.text();
      return (text === '' ? {} : JSON.parse(text)) as T;
    };
    const remote = async () => {
      const { registered_model: model } = await api<{
        registered_model: { aliases?: { alias: string; version: string }[] };
      }>('GET', `mlflow/registered-models/get?name=${there}`);
      const filter = encodeURIComponent(`name='${there}'`);
      const { model_versions: versions = [] } = await api<{ model_versions?: Remote[] }>(
        'GET',
        `mlflow/model-versions/search?filter=${filter}`,
      );
      return {
        aliases: Object.fromEntries((model.aliases ?? []).map(({ alias, version }) => [alias, version])),
        versions: versions
          .sort((a, b) => Number(a.version) - Number(b.version))
          .map(({ tags = [], ...version }) => ({
            ...version,
            tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) as Record<string, string>,
          })),
      };
    };
    interface Remote {
      version: string;
      run_id: string;
      source: string;
      tags?: { key: string; value: string }[];
    }
    const remoteRuns = async () => {
      const { experiment } = await api<{ experiment: { experiment_id: string } }>(
        'GET',
        `mlflow/experiments/get-by-name?experiment_name=leeway-${there}`,
      );
      const found = await api<{ runs?: { info: { run_id: string; status: string }; data: Record<string, never[]> }[] }>(
        'POST',
        'mlflow/runs/search',
        { experiment_ids: [experiment.experiment_id], filter: '', max_results: 100 },
      );
      return found.runs ?? [];
    };
    const run = (over: Partial<Run> = {}): Run =>
      ({
        ...{ id: `run_${there}`, model: MODEL, state: 'promoted', trigger: 'schedule', reason: 'it was time' },
        ...{ champion: null, challenger: 'v1', decision: 'all gates passed', params: { depth: 3 }, gates: [] },
        dataset: { hash: 'd'.repeat(64), start: iso(START), holdoutStart: iso(START), end: iso(START) },
        ...{
          executions: [],
          alert: null,
          error: null,
          createdAt: iso(START),
          updatedAt: iso(START),
          endedAt: iso(START),
        },
        ...over,
      }) as unknown as Run;
    const say = (version: string, expected?: string | null) =>
      promote(kit.ctx, async () => {}, { model: MODEL, version, actor: 'ann', reason: 'x', expected });
    const status = async (): Promise<MlflowStatus> => (await registry.mlflowStatus())[0]!;
    /** As somebody's training leaves it. */
    const trained = async (
      tags: Record<string, string>,
      registered: boolean,
      versionTags: Record<string, string> = {},
    ) => {
      const pairs = (all: Record<string, string>) => Object.entries(all).map(([key, value]) => ({ key, value }));
      const { run: made } = await api<{ run: { info: { run_id: string; artifact_uri: string } } }>(
        'POST',
        'mlflow/runs/create',
        {
          ...{ experiment_id: '0', run_name: 'mine', start_time: START, tags: pairs(tags) },
        },
      );
      const { run_id, artifact_uri } = made.info;
      await api('POST', 'mlflow/runs/log-batch', {
        run_id,
        params: [{ key: 'depth', value: '5' }],
        metrics: [{ key: 'neg_mse', value: -0.25, timestamp: START, step: 0 }],
      });
      const root = artifact_uri.replace('mlflow-artifacts:/', '');
      await api('PUT', `mlflow-artifacts/artifacts/${root}/model/MLmodel`, 'flavors: {}\n');
      await api('PUT', `mlflow-artifacts/artifacts/${root}/model/model.onnx`, `weights of ${run_id}`);
      if (!registered) return { run_id, version: null };
      await api('POST', 'mlflow/registered-models/create', { name: there }).catch(() => {});
      const { model_version: version } = await api<{ model_version: { version: string } }>(
        'POST',
        'mlflow/model-versions/create',
        { name: there, source: `${artifact_uri}/model`, run_id, tags: pairs(versionTags) },
      );
      return { run_id, version: version.version };
    };

    test('runs, versions, files and aliases are brought over, and a second time changes nothing', async () => {
      runs = [run()];
      await kit.version('weights', { run: runs[0]!.id, metrics: { mse: 0.5, mae: null }, params: { depth: 3 } });
      await kit.version('other weights', { tags: { team: 'credit' } });
      await say('v1');
      await say('v2');
      await sync();
      const found = await remote();
      expect(found.versions.map(({ tags }) => [tags['leeway.version'], tags['team']])).toEqual([
        ['v1', undefined],
        ['v2', 'credit'],
      ]);
      expect(found.aliases).toEqual({ champion: '2' });
      const written = await remoteRuns();
      expect(written.map(({ info }) => info.status)).toEqual(['FINISHED', 'FINISHED']);
      const first = written.find(({ info }) => info.run_id === found.versions[0]!.run_id)!;
      expect(first.data).toMatchObject({
        params: [{ key: 'depth', value: '3' }],
        metrics: [expect.objectContaining({ key: 'mse', value: 0.5 })],
        tags: expect.arrayContaining([{ key: 'leeway.run_id', value: runs[0]!.id }]),
      });
      const path = found.versions[1]!.source.replace('mlflow-artifacts:/', '');
      const { url, token } = server();
      const headers = token ? { authorization: `Bearer ${token}` } : {};
      const file = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${path}/model.bin`, { headers });
      expect(await file.text()).toBe('other weights');
      expect((await versionOf(kit.store.db, MODEL, 'v2')).links).toMatchObject([
        { kind: 'mlflow', reference: `${there}/2`, url: `${url}/#/models/${there}/versions/2` },
      ]);
      expect(await status()).toMatchObject({ model: MODEL, name: there, pending: false, error: null, drift: [] });

      await registry.note({ model: MODEL, version: 'v2', actor: 'ann', stage: 'production' });
      await sync();
      const again = await remote();
      expect(again.versions.map(({ tags }) => tags['leeway.stage'])).toEqual(['none', 'production']);
      expect([again.aliases, (await remoteRuns()).length]).toEqual([{ champion: '2' }, 2]);
    });

    test('what was written and not noted down, as by a killed process, is found again by its tags', async () => {
      runs = [run()];
      await kit.version('weights', { run: runs[0]!.id });
      await kit.version('more');
      await sync();
      await kit.store.db.deleteFrom('versionLinks').execute();
      await kit.store.db.updateTable('mlflowSyncs').set({ done: 0, syncedAt: null }).execute();
      await say('v1');
      await sync();
      expect((await remote()).versions).toHaveLength(2);
      expect(await remoteRuns()).toHaveLength(2);
      expect((await versionOf(kit.store.db, MODEL, 'v1')).links).toHaveLength(1);
    });

    test('ours is the truth: an alias that was moved there is put right and told of; those of others are left', async () => {
      await kit.version('one');
      await kit.version('two');
      await say('v2');
      await sync();
      await api('POST', 'mlflow/registered-models/alias', { name: there, alias: 'champion', version: '1' });
      await api('POST', 'mlflow/registered-models/alias', { name: there, alias: 'Champion', version: '1' });
      await registry.mlflowHint();
      await sync();
      expect((await remote()).aliases).toEqual({ champion: '2', Champion: '1' });
      expect((await status()).drift).toEqual([
        expect.stringMatching(/champion pointed to version 1 there/),
        expect.stringMatching(/Champion there beside champion/),
      ]);
      await rollback(kit.ctx, async () => {}, { model: MODEL, version: 'v2', actor: 'ann', reason: 'x' });
      await say('v1');
      await sync();
      expect((await remote()).aliases['champion']).toBe('1');
    });

    test('a promotion does not wait for MLflow, which hears of it later', async () => {
      await kit.version('one');
      configured({ url: 'http://127.0.0.1:9' });
      await say('v1');
      await sync();
      expect(await status()).toMatchObject({
        pending: true,
        error: expect.stringMatching(/could not be reached|belongs to/),
      });
      expect((await versionOf(kit.store.db, MODEL, 'v1')).aliases).toEqual(['champion']);
      configured({ aliases: { champion: 'Champion' } });
      await sync();
      expect(await status()).toMatchObject({ pending: false, error: null });
      expect((await remote()).aliases).toEqual({ Champion: '1' });
    });

    test('the one model of a training is found by its tag, whether it was registered or only logged', async () => {
      const into = join(kit.ctx.dataDir, 'output');
      const find = (training: string, runId = 'none') =>
        findMlflowCandidate(kit.ctx, { model: MODEL, training, run: runId, into: join(into, training) });
      const key = (name: string) => `${name}-${there}`;
      await expect(find(key('t0'))).rejects.toMatchObject({ code: 'no_candidate' });
      const one = await trained({}, true, { 'leeway.training': key('t1') });
      expect(await find(key('t1'))).toMatchObject({ reference: `${there}/1`, files: ['MLmodel', 'model.onnx'] });
      expect(readFileSync(join(into, key('t1'), 'model.onnx'), 'utf8')).toBe(`weights of ${one.run_id}`);
      const two = await trained({ 'leeway.training': key('t2') }, false);
      expect(await find(key('t2'))).toMatchObject({ reference: `runs:/${two.run_id}/model` });
      await trained({ 'leeway.training': key('t3') }, true);
      expect(await find(key('t3'))).toMatchObject({ reference: `${there}/2` });
      await trained({ 'leeway.run_id': key('r4') }, true);
      expect(await find(key('t4'), key('r4'))).toMatchObject({ reference: `${there}/3` });
      await trained({}, true, { 'leeway.training': key('t1') });
      await expect(find(key('t1'))).rejects.toMatchObject({ code: 'ambiguous_candidate' });

      const named = { name: there, version: '2', into: join(into, 'named') };
      expect((await fetchMlflowVersion(kit.ctx, named)).files).toEqual(['MLmodel', 'model.onnx']);
      await expect(fetchMlflowVersion(kit.ctx, { ...named, version: '99' })).rejects.toMatchObject({
        code: 'no_candidate',
      });
      configured({ direction: 'out' });
      await expect(find(key('t1'))).rejects.toMatchObject({ code: 'no_candidate' });
    });

    test('versions are taken over once, with their numbers put right; ours and those of runs are left', async () => {
      configured({ metrics: { neg_mse: { as: 'mse', sign: -1 } } });
      await kit.version('ours');
      await sync();
      const { run_id } = await trained({ 'mlflow.source.git.commit': '4f1c2ab' }, true, { team: 'credit' });
      await trained({}, true, { 'leeway.training': 't' });
      const first = await registry.importFromMlflow(MODEL, 'ann');
      expect(first).toEqual({
        versions: ['v2'],
        left: [{ reference: `${there}/3`, why: 'a run of Leeway has made it' }],
      });
      const taken = await versionOf(kit.store.db, MODEL, 'v2');
      expect(taken).toMatchObject({
        ...{ metrics: { mse: 0.25 }, params: { depth: '5' }, tags: { team: 'credit' }, codeCommit: '4f1c2ab' },
        ...{ artifact: { format: 'onnx' }, links: [{ reference: `${there}/2` }], served: [], createdBy: 'ann' },
      });
      expect(readFileSync(artifactPath(kit.ctx, taken.artifact.hash), 'utf8')).toBe(`weights of ${run_id}`);
      expect((await registry.importFromMlflow(MODEL, 'ann')).versions).toEqual([]);
      await kit.store.db.deleteFrom('versionLinks').where('version', '=', 'v2').execute();
      expect((await registry.importFromMlflow(MODEL, 'ann')).versions).toEqual(['v2']);
      await say('v2');
      kit.clock.advance(DAY);
      await sync();
      const found = await remote();
      expect([found.versions.length, found.aliases]).toEqual([3, { champion: '2' }]);
    });
  });
}

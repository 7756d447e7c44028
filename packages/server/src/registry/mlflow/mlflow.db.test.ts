import { afterAll, beforeAll, expect, test } from 'vitest';
import { stores } from '../../testing/stores.ts';
import { MODEL, openRegistryKit } from '../testdata/registry-kit.ts';
import { mlflowClient } from './client.ts';
import { takeMlflowHook } from './take-hook.ts';
import { startFakeMlflow } from './testdata/fake-mlflow.ts';
import { mlflowSuite } from './testdata/suite.ts';

const token = 'the-token-of-the-tests';
let fake: Awaited<ReturnType<typeof startFakeMlflow>>;
beforeAll(async () => {
  fake = await startFakeMlflow({ token });
});
afterAll(() => fake.stop());

mlflowSuite('a stand-in for MLflow', () => ({ url: fake.url, token }));

test('a wrong token is told, and never shown', async () => {
  const kit = await openRegistryKit(stores()[0]!);
  kit.configure({ mlflow: { url: fake.url, token: 'another-token-of-the-tests' } });
  const mlflow = mlflowClient(kit.ctx.outbound, kit.ctx.config().registry.mlflow!);
  const refused = mlflow.get('mlflow/runs/get', { run_id: 'x' });
  await expect(refused).rejects.toThrow(/GET \/api\/2.0\/mlflow\/runs\/get answered 401 UNAUTHENTICATED/);
  await expect(refused).rejects.not.toThrow(/another-token/);
  await kit.close();
});

test('a webhook is a hint, once; one that is not signed, or about something else, is none', async () => {
  const kit = await openRegistryKit(stores()[0]!);
  // Signed by mlflow 3.17 itself.
  const body = '{"entity": "model_version_alias", "action": "created", "timestamp": "t", "data": {"name": "m"}}';
  const hook = {
    delivery: 'd-1',
    timestamp: '1772409600',
    signature: 'v1,n4e/f4iH0KeI7N2OuGP2QTvZL/+Q+1hEjjvPPFsiHOw=',
    body,
  };
  let hints = 0;
  const take = (given = hook) =>
    takeMlflowHook(kit.ctx, given, async () => {
      hints += 1;
    });
  kit.clock.set(1_772_409_610_000);
  await expect(take()).rejects.toMatchObject({ code: 'webhook_refused' });
  const mlflow = { url: fake.url, webhookSecret: 'correct horse' };
  kit.configure({ mlflow });
  expect([await take(), hints]).toEqual(['it is about no model of ours', 0]);
  kit.configure({ mlflow: { ...mlflow, models: { [MODEL]: 'm' } } });
  expect([await take(), hints]).toEqual(['it was taken already', 0]);
  await kit.store.db.deleteFrom('hookDeliveries').execute();
  expect([await take(), hints]).toEqual([`${MODEL} is looked at`, 1]);
  expect([await take(), hints]).toEqual(['it was taken already', 1]);
  await expect(take({ ...hook, delivery: 'd-2' })).rejects.toMatchObject({ code: 'webhook_refused' });
  kit.clock.advance(3_600_000);
  await expect(take()).rejects.toThrow(/five minutes/);
  expect(hints).toBe(1);
  await kit.close();
});

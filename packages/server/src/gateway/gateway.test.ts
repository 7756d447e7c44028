import { LeewayError, type ModelConfig } from '@leeway/contract';
import { expect, test, vi } from 'vitest';
import { ManualClock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import type { CapturedBatch } from './capture.ts';
import type { InferInput } from './columns.ts';
import { Gateway, type GatewayOptions, type GatewayPorts, type Servable } from './gateway.ts';
import { FakeRunner, FLIGHTS } from './testdata/model.ts';

/** A gateway over versions whose runners the test makes; a version's artifact path is its name. */
function setUp(runners: Record<string, FakeRunner>, options: GatewayOptions = {}) {
  const captures: CapturedBatch[] = [];
  const state = { champion: 'v1' as string | null, shadows: [] as string[], config: FLIGHTS as ModelConfig };
  const servable = (version: string): Servable => ({ version, artifactPath: version });
  const ports: GatewayPorts = {
    model: () => state.config,
    champion: async () => (state.champion ? servable(state.champion) : null),
    shadows: async () => state.shadows.map(servable),
    version: async (_model, version) => servable(version),
    capture: async (_model, group) => void captures.push(...group),
    clock: new ManualClock(5_000),
    log: { warn: vi.fn() } as unknown as Logger,
  };
  const load = vi.fn(async (path: string) => {
    const runner = runners[path];
    if (!runner) throw new LeewayError('broken_model', 'it does not load');
    return runner;
  });
  return { state, captures, load, gateway: new Gateway(ports, { load, ...options }) };
}

function input(rows = 1): InferInput {
  const columns = new Map([['distance', new Float64Array(rows)]]);
  return { batch: { rows, columns }, ids: null, times: null };
}

test('answers from the champion and records the rows by the request id', async () => {
  const { gateway, captures } = setUp({ v1: new FakeRunner(0.9) });
  const answer = await gateway.infer('flights', input(2), { requestId: 'r' });
  expect(answer).toMatchObject({ version: 'v1', prediction: ['late', 'late'] });
  await gateway.flush();
  expect(captures).toHaveLength(1);
  expect(captures[0]).toMatchObject({ role: 'live', version: 'v1', requestId: 'r', at: 5_000, error: '' });
  expect(captures[0]!.output).toMatchObject({ prediction: ['late', 'late'] });
});

test('records nothing when told so', async () => {
  const { gateway, captures } = setUp({ v1: new FakeRunner(0.9) });
  await gateway.infer('flights', input(), { requestId: 'r', capture: false });
  await gateway.flush();
  expect(captures).toEqual([]);
});

test('without a champion there is no answer', async () => {
  const { gateway, state } = setUp({});
  state.champion = null;
  await expect(gateway.infer('flights', input(), { requestId: 'r' })).rejects.toMatchObject({ code: 'no_champion' });
  expect(await gateway.championOf('flights')).toBeNull();
});

test('requests that come at once load the champion once', async () => {
  const { gateway, load } = setUp({ v1: new FakeRunner(0.9) });
  await Promise.all([1, 2, 3].map(() => gateway.infer('flights', input(), { requestId: 'r' })));
  expect(load).toHaveBeenCalledOnce();
});

test('a promotion swaps after loading; a request under way ends on the old version, which is then freed', async () => {
  let release = (_score: number) => {};
  const old = new FakeRunner(() => new Promise<number>((resolve) => (release = resolve)));
  const { gateway, state } = setUp({ v1: old, v2: new FakeRunner(0.1) });
  const first = gateway.infer('flights', input(), { requestId: 'a' });
  await vi.waitFor(() => expect(gateway.championOf('flights')).resolves.toBe('v1'));
  state.champion = 'v2';
  await gateway.refresh('flights');
  expect(await gateway.infer('flights', input(), { requestId: 'b' })).toMatchObject({ version: 'v2' });
  release(0.9);
  expect(await first).toMatchObject({ version: 'v1', prediction: ['late'] });
  expect(old.closed).toBe(true);
});

test('a champion that does not load leaves the old one serving', async () => {
  const { gateway, state } = setUp({ v1: new FakeRunner(0.9) });
  await gateway.refresh('flights');
  state.champion = 'v2';
  await expect(gateway.refresh('flights')).rejects.toThrow(/flights v2: it does not load/);
  expect(await gateway.infer('flights', input(), { requestId: 'r' })).toMatchObject({ version: 'v1' });
});

test('a refresh loads only what is new, but everything when the configuration has changed', async () => {
  const { gateway, state, load } = setUp({ v1: new FakeRunner(0.9), v2: new FakeRunner(0.2) });
  await gateway.refresh('flights');
  state.shadows = ['v2'];
  await gateway.refresh('flights');
  expect(load.mock.calls.map(([path]) => path)).toEqual(['v1', 'v2']);
  state.config = { ...FLIGHTS };
  await gateway.refresh('flights');
  expect(load).toHaveBeenCalledTimes(4);
});

test('of two refreshes at once the last one counts', async () => {
  const { gateway, state } = setUp({ v1: new FakeRunner(0.9), v2: new FakeRunner(0.2) });
  const first = gateway.refresh('flights');
  state.champion = 'v2';
  await Promise.all([first, gateway.refresh('flights')]);
  expect(await gateway.championOf('flights')).toBe('v2');
});

test('shadows score the same rows after the answer, under the same ids; their failures are recorded, not told', async () => {
  const failing = new FakeRunner(() => {
    throw new LeewayError('model_failed', 'no');
  });
  const { gateway, state, captures } = setUp({ v1: new FakeRunner(0.9), v2: new FakeRunner(0.2), v3: failing });
  state.shadows = ['v2', 'v3'];
  await gateway.infer('flights', input(), { requestId: 'r' });
  await gateway.flush();
  expect(
    captures.map(({ version, role, requestId, error, output }) => [
      version,
      role,
      requestId,
      error,
      output?.score?.[0],
    ]),
  ).toEqual([
    ['v1', 'live', 'r', '', 0.9],
    ['v2', 'shadow', 'r', '', 0.2],
    ['v3', 'shadow', 'r', 'model_failed', undefined],
  ]);
});

test('a shadow that does not load does not stop the champion', async () => {
  const { gateway, state } = setUp({ v1: new FakeRunner(0.9) });
  state.shadows = ['v9'];
  await gateway.refresh('flights');
  expect(await gateway.championOf('flights')).toBe('v1');
});

test('rows are not given to shadows that are behind', async () => {
  const { gateway, state, captures } = setUp(
    { v1: new FakeRunner(0.9), v2: new FakeRunner(0.2) },
    { maxShadowRows: 3 },
  );
  state.shadows = ['v2'];
  await gateway.refresh('flights');
  await Promise.all(['a', 'b'].map((requestId) => gateway.infer('flights', input(2), { requestId })));
  expect(gateway.counts.shadowDropped).toBe(2);
  await gateway.flush();
  expect(captures.filter(({ role }) => role === 'shadow').map(({ requestId }) => requestId)).toEqual(['a']);
});

test('a version asked for by name answers as pinned; the oldest of many is freed', async () => {
  const runners = Object.fromEntries(['v1', 'v2', 'v3', 'v4', 'v5'].map((name) => [name, new FakeRunner(0.9)]));
  const { gateway, captures, load } = setUp(runners);
  for (const version of ['v1', 'v2', 'v2', 'v3', 'v4', 'v5']) {
    expect(await gateway.infer('flights', input(), { requestId: 'r', version })).toMatchObject({ version });
  }
  await gateway.flush();
  expect(captures.every(({ role }) => role === 'pinned')).toBe(true);
  expect(load).toHaveBeenCalledTimes(5);
  await vi.waitFor(() => expect(runners['v2']!.closed).toBe(true));
  expect(runners['v3']!.closed).toBe(false);
});

test('a request that the model fails on is recorded with the error', async () => {
  const failing = new FakeRunner(() => {
    throw new LeewayError('model_failed', 'no');
  });
  const { gateway, captures } = setUp({ v1: failing });
  await expect(gateway.infer('flights', input(), { requestId: 'r' })).rejects.toMatchObject({ code: 'model_failed' });
  await gateway.flush();
  expect(captures[0]).toMatchObject({ error: 'model_failed', output: null, requestId: 'r' });
});

test('closing frees every model', async () => {
  const runners = { v1: new FakeRunner(0.9), v2: new FakeRunner(0.2), v3: new FakeRunner(0.2) };
  const { gateway, state } = setUp(runners);
  state.shadows = ['v2'];
  await gateway.infer('flights', input(), { requestId: 'r', version: 'v3' });
  await gateway.close();
  expect(Object.values(runners).map(({ closed }) => closed)).toEqual([true, true, true]);
});

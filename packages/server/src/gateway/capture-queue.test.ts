import { LeewayError } from '@leeway/contract';
import { expect, test, vi } from 'vitest';
import type { Logger } from '../platform/log.ts';
import { type CapturedBatch, warehouseRows } from './capture.ts';
import { CaptureQueue } from './capture-queue.ts';
import type { Column } from './columns.ts';
import { FLIGHTS } from './testdata/model.ts';

const silent = { warn: () => undefined } as unknown as Logger;
const NO_WAITS = { gatherMs: 0, retryAfterMs: [0, 0] };

function captured(id: string, rows = 1): CapturedBatch {
  const columns = new Map<string, Column>([
    ['distance', Float64Array.from({ length: rows }, (_, row) => (row === 0 ? 100 : Number.NaN))],
    ['carrier', Array.from({ length: rows }, (_, row) => (row === 0 ? 'AA' : null))],
    ['holiday', new Float64Array(rows).fill(1)],
  ]);
  return {
    model: 'flights',
    version: 'v1',
    role: 'live',
    requestId: id,
    at: 1_000,
    latencyMs: 2,
    error: '',
    input: { batch: { rows, columns }, ids: null, times: null },
    output: { prediction: Array.from({ length: rows }, () => 'late'), score: new Float64Array(rows).fill(0.75) },
  };
}

/** A store that holds each call until the test lets it go. */
function heldStore() {
  const calls: { ids: string[]; release: () => void }[] = [];
  const store = (_model: string, captures: CapturedBatch[]) =>
    new Promise<void>((release) => calls.push({ ids: captures.map((capture) => capture.requestId), release }));
  return { calls, store };
}

test('what comes while a group is stored makes up the next group', async () => {
  const { calls, store } = heldStore();
  const queue = new CaptureQueue(store, silent, NO_WAITS);
  queue.add(captured('a'));
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  queue.add(captured('b'));
  queue.add(captured('c'));
  calls[0]!.release();
  await vi.waitFor(() => expect(calls).toHaveLength(2));
  calls[1]!.release();
  await queue.flush();
  expect(calls.map((call) => call.ids)).toEqual([['a'], ['b', 'c']]);
  expect(queue.queuedRows).toBe(0);
});

test('what comes within a moment is stored together; a flush does not wait for more', async () => {
  const { calls, store } = heldStore();
  const queue = new CaptureQueue(store, silent, { gatherMs: 60_000 });
  queue.add(captured('a'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  queue.add(captured('b'));
  expect(calls).toHaveLength(0);
  const flushed = queue.flush();
  await vi.waitFor(() => expect(calls.map((call) => call.ids)).toEqual([['a', 'b']]));
  calls[0]!.release();
  await flushed;
});

test('drops, counts and says so when too many rows wait', async () => {
  const { calls, store } = heldStore();
  const warn = vi.fn();
  const queue = new CaptureQueue(store, { warn } as unknown as Logger, { ...NO_WAITS, maxRows: 5 });
  queue.add(captured('a', 3));
  queue.add(captured('b', 3));
  queue.add(captured('c', 2));
  expect(queue.droppedRows).toBe(3);
  expect(warn).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(calls).toHaveLength(1));
  calls[0]!.release();
  await queue.flush();
  expect(calls[0]!.ids).toEqual(['a', 'c']);
});

test('a batch larger than the bound is taken when nothing waits', async () => {
  const store = vi.fn(async () => undefined);
  const queue = new CaptureQueue(store, silent, { ...NO_WAITS, maxRows: 2 });
  queue.add(captured('a', 3));
  await queue.flush();
  expect(store).toHaveBeenCalledOnce();
});

test('tries again what may pass, and gives up after the last wait', async () => {
  const store = vi.fn(async () => {});
  store.mockRejectedValueOnce(new LeewayError('overloaded', 'full'));
  const queue = new CaptureQueue(store, silent, NO_WAITS);
  queue.add(captured('a'));
  await queue.flush();
  expect(store).toHaveBeenCalledTimes(2);
  expect(queue.droppedRows).toBe(0);

  store.mockRejectedValue(new Error('away'));
  queue.add(captured('b'));
  await queue.flush();
  expect(store).toHaveBeenCalledTimes(5);
  expect(queue.droppedRows).toBe(1);
});

test('does not try again what is refused', async () => {
  const store = vi.fn(async () => Promise.reject(new LeewayError('unknown_model', 'gone')));
  const queue = new CaptureQueue(store, silent, NO_WAITS);
  queue.add(captured('a'));
  await queue.flush();
  expect(store).toHaveBeenCalledOnce();
  expect(queue.droppedRows).toBe(1);
});

test('rows for the warehouse: missing values are left out, booleans are true and false', () => {
  const [first, second] = warehouseRows(FLIGHTS, captured('a', 2), 5_000);
  expect(first).toEqual({
    id: 'a:0',
    time: 1_000,
    received: 5_000,
    version: 'v1',
    role: 'live',
    request: 'a',
    latency_ms: 2,
    error: '',
    weight: 1,
    prediction: 'late',
    score: 0.75,
    f_distance: 100,
    f_carrier: 'AA',
    f_holiday: true,
  });
  expect(second).not.toHaveProperty('f_distance');
  expect(second).not.toHaveProperty('f_carrier');
});

test('rows of a failed request have an error and no prediction', () => {
  const failed = { ...captured('a'), error: 'model_failed', output: null };
  expect(warehouseRows(FLIGHTS, failed, 0)[0]).toMatchObject({ error: 'model_failed', prediction: null, score: null });
});

test('rows keep the ids and times that they came with', () => {
  const given = captured('a', 2);
  given.input.ids = ['f1', 'f2'];
  given.input.times = Float64Array.of(7, 8);
  expect(warehouseRows(FLIGHTS, given, 0).map(({ id, time }) => [id, time])).toEqual([
    ['f1', 7],
    ['f2', 8],
  ]);
});

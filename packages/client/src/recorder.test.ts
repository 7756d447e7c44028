import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Leeway } from './client.ts';
import { LeewayClientError } from './errors.ts';
import { FakeServer } from './testing/fake-server.ts';

let server: FakeServer;
let leeway: Leeway;
let told: [code: string, lost: number][];
const onError = (error: LeewayClientError, lost: number) => void told.push([error.code, lost]);

beforeEach(async () => {
  server = await FakeServer.start();
  leeway = new Leeway({ url: server.url, token: 'secret' }, { newId: () => 'made', now: () => 1_750_000_000_000 });
  told = [];
});
afterEach(() => server.close());

const sent = () => server.seen.flatMap(({ body }) => body.split('\n').map((line) => JSON.parse(line)));

test('a row without id and time gets both, and the id is answered', async () => {
  const recorder = leeway.recorder('m', { idColumn: 'order', timeColumn: 'at' });
  const row = { x: 1 };
  expect(recorder.record(row)).toBe('made');
  await recorder.close();
  expect(sent()).toEqual([{ x: 1, order: 'made', at: 1_750_000_000_000 }]);
  expect(row).toEqual({ x: 1 });
});

test('a row with id and time keeps both; ids are texts', async () => {
  const recorder = leeway.recorder('m');
  expect(recorder.record({ id: 0, time: '2025-06-01T12:00:00Z' })).toBe('0');
  expect(recorder.record({ id: 12n, time: new Date(0) })).toBe('12');
  await recorder.close();
  expect(sent()).toEqual([
    { id: '0', time: '2025-06-01T12:00:00Z' },
    { id: '12', time: '1970-01-01T00:00:00.000Z' },
  ]);
});

test('a row is taken as it is at that moment', async () => {
  const recorder = leeway.recorder('m');
  const row = { id: 'a', x: 1 };
  recorder.record(row);
  row.x = 2;
  await recorder.close();
  expect(sent()[0].x).toBe(1);
});

const circular: Record<string, unknown> = { id: 'c' };
circular['self'] = circular;
test.for<[name: string, row: object, id: string]>([
  ['one that refers to itself', circular, 'c'],
  ['null', null as unknown as object, 'made'],
  [
    'one whose member throws',
    {
      get id() {
        throw new Error('no');
      },
    },
    'made',
  ],
])('a row that cannot be sent is counted and told, never thrown: %s', async ([, row, id]) => {
  const recorder = leeway.recorder('m', { onError });
  expect(recorder.record(row)).toBe(id);
  expect(told).toEqual([]);
  await recorder.close();
  expect(told).toEqual([['bad_row', 1]]);
  expect(recorder.counts.dropped).toBe(1);
  expect(server.seen).toEqual([]);
});

test.for<[name: string, listener: () => void]>([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no')) as unknown as undefined],
])('a listener that %s harms nothing', async ([, listener]) => {
  const recorder = leeway.recorder('m', { onError: listener });
  recorder.record(circular);
  recorder.record({ id: 'a' });
  expect(await recorder.close()).toBe(true);
  expect(recorder.counts).toMatchObject({ accepted: 1, dropped: 1 });
});

test('without a listener, a warning comes once a minute at most', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const recorder = leeway.recorder('m');
  recorder.record(circular);
  await expect.poll(() => warn.mock.calls.length).toBe(1);
  recorder.record(circular);
  await recorder.close();
  expect(warn.mock.calls).toEqual([[expect.stringContaining('recorder of m: bad_row')]]);
  warn.mockRestore();
});

test('many rows at once go out once each, in order', async () => {
  const recorder = leeway.recorder('m', { maxRows: 100 });
  const ids = Array.from({ length: 12_345 }, (_, i) => recorder.record({ id: i, time: 0 }));
  expect(await recorder.flush()).toBe(true);
  expect(sent().map(({ id }) => id)).toEqual(ids);
  expect(recorder.counts).toEqual({ queued: 0, accepted: 12_345, duplicates: 0, rejected: 0, dropped: 0 });
});

test('rows of a large send go in portions', async () => {
  const rows = Array.from({ length: 25_000 }, (_, i) => ({ id: String(i), time: 0 }));
  expect(await leeway.predictions.send('m', rows)).toEqual({ accepted: 25_000, duplicates: 0, rejected: [] });
  expect(server.ids.map((ids) => ids.length)).toEqual([10_000, 10_000, 5_000]);
});

test('a single row may be sent without a list', async () => {
  expect(await leeway.labels.send('m', { id: 'a', label: null })).toMatchObject({ accepted: 1 });
  expect(sent()).toEqual([{ id: 'a', label: null }]);
});

test('a caller can end a call, and gets its own reason', async () => {
  const aborted = leeway.predictions.send('m', [{ id: 'a' }], { signal: AbortSignal.abort('enough') });
  await expect(aborted).rejects.toBe('enough');
});

test.for<[options: object, message: string]>([
  [{ url: 'leeway:7373' }, 'url: expected an address such as http://127.0.0.1:7373, got "leeway:7373"'],
  [{ url: '' }, 'url: expected an address such as http://127.0.0.1:7373, got ""'],
  [{ attempts: 0 }, 'attempts: expected a number of at least 1, got 0'],
  [{ timeoutMs: Number.NaN }, 'timeoutMs: expected a number of at least 1, got NaN'],
])('options that cannot be used are refused at once: %j', ([options, message]) => {
  expect(() => new Leeway(options)).toThrow(new LeewayClientError('bad_option', message));
});

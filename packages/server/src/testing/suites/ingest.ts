import { gzipSync } from 'node:zlib';
import type { IngestResult, Problem } from '@leeway/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { labelledRows, predictionsTable } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import { openTestApp, type TestApp, type WarehouseForm } from '../app.ts';
import { BINARY, DAY, documentOf, HOUR, MULTICLASS, modelConfig, REGRESSION, START } from '../models.ts';

const MODEL = 'loans.eu-1';
const TABLE = predictionsTable(modelConfig(BINARY));
const good = (id: string | number, more: object = {}) => ({
  id,
  asked_at: '2026-03-02T00:00:00Z',
  decision: '1',
  probability: 0.7,
  amount: 10,
  purpose: 'car',
  region: 'north',
  ...more,
});

/** How ingest keeps its promises, over a whole server; the same for both forms of the warehouse. */
export function ingestSuite(warehouse: WarehouseForm): void {
  const CONFIG = {
    ...documentOf(BINARY, REGRESSION, MULTICLASS),
    server: { port: 0, maxBodyBytes: 1_000_000, maxQueuedRows: 5_000 },
  };
  let opened: TestApp;
  const server = () => opened;
  beforeAll(async () => {
    opened = await openTestApp({ warehouse, config: CONFIG });
  });
  afterAll(() => opened.close());

  const send = (kind: 'predictions' | 'labels', body: unknown, headers: Record<string, string> = {}, model = MODEL) =>
    server().call<IngestResult & Problem>(`/api/v1/models/${model}/${kind}`, { body, headers });
  const rows = <T>(sql: string, params = {}) => server().app.ctx.warehouse.query<T>(sql, params, 'test');
  const quarantined = () =>
    rows<{ kind: string; code: string; row: string }>('SELECT kind, code, row FROM quarantine ORDER BY received, row');
  const stored = async (id: string) =>
    (await rows<{ n: number }>(`SELECT count() AS n FROM ${TABLE} WHERE id = {id:String}`, { id }))[0]!.n;
  const labelOf = async (id: string, asOf = server().clock.now()) =>
    (
      await rows<{ label: string | null }>(
        `SELECT label FROM ${labelledRows(modelConfig(BINARY))} WHERE id = {id:String}`,
        {
          id,
          from: instant(START - DAY),
          to: instant(START + 30 * DAY),
          asOf: instant(asOf),
        },
      )
    ).map(({ label }) => label);

  test('good rows are stored, bad ones are named by their place and kept with the reason', async () => {
    const before = (await quarantined()).length;
    const body = [
      good('g1'),
      { ...good('b1'), amount: 'ten' },
      good('g2'),
      7,
      { ...good('b2'), probability: 3 },
      { decision: 1 },
      good('g3'),
    ];
    const { status, body: answer } = await send('predictions', body);
    expect(status).toBe(200);
    expect(answer).toMatchObject({ accepted: 3, duplicates: 0 });
    expect(answer.rejected.map(({ row, code }) => [row, code])).toEqual([
      [1, 'wrong_type'],
      [3, 'row_not_an_object'],
      [4, 'wrong_type'],
      [5, 'missing_id'],
    ]);
    const kept = (await quarantined()).slice(before);
    expect(kept.map(({ code }) => code).sort()).toEqual([
      'missing_id',
      'row_not_an_object',
      'wrong_type',
      'wrong_type',
    ]);
    expect(kept.map(({ row }) => JSON.parse(row))).toContainEqual(body[4]);
    const shown = await server().call<{ rows: { code: string; message: string }[] }>(
      `/api/v1/models/${MODEL}/quarantine`,
    );
    expect(shown.body.rows[0]!.message).toMatch(/holds|got/);
  });

  test('NDJSON: a line that is no JSON does not spoil its neighbours', async () => {
    const lines = [JSON.stringify(good('n1')), '{"id": "n2", ', '', JSON.stringify(good('n3')), 'NaN'].join('\n');
    const { body } = await send('predictions', lines, { 'content-type': 'application/x-ndjson' });
    expect(body).toMatchObject({ accepted: 2 });
    expect(body.rejected.map(({ row, code }) => [row, code])).toEqual([
      [1, 'invalid_line'],
      [3, 'invalid_line'],
    ]);
  });

  test('values come back as they were sent: quotes, newlines, other scripts, nulls, big and small numbers', async () => {
    const odd = {
      amount: 1.7976931348623157e308,
      'debt.ratio-1': 5e-324,
      purpose: 'it\'s "a"\n\t\\ \u0000 日本 🚲',
      employed: false,
    };
    await send('predictions', [good("o'1\\", odd), good('o2', { amount: null, purpose: null, employed: null })]);
    const [first] = await rows<Record<string, unknown>>(
      `SELECT \`f_amount\` AS a, \`f_debt.ratio-1\` AS d, f_purpose AS p, f_employed AS e FROM ${TABLE} WHERE id = {id:String}`,
      { id: "o'1\\" },
    );
    expect(first).toEqual({ a: odd.amount, d: odd['debt.ratio-1'], p: odd.purpose, e: false });
    const [second] = await rows(`SELECT f_amount AS a, f_purpose AS p, f_employed AS e FROM ${TABLE} WHERE id = 'o2'`);
    expect(second).toEqual({ a: null, p: null, e: null });
  });

  describe('a prediction is kept once', () => {
    test('twice in one request', async () => {
      expect((await send('predictions', [good('d1'), good('d1'), good('d1', { amount: 99 })])).body).toMatchObject({
        accepted: 1,
        duplicates: 2,
      });
      expect(await stored('d1')).toBe(1);
    });
    test('over requests one after the other', async () => {
      expect((await send('predictions', [good('d2'), good('d3')])).body).toMatchObject({ accepted: 2 });
      expect((await send('predictions', [good('d3'), good('d4'), good('d2')])).body).toMatchObject({
        accepted: 1,
        duplicates: 2,
      });
    });
    test('over requests at once', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => send('predictions', [good('d5'), good('d6')])));
      expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(2);
      expect(await stored('d5')).toBe(1);
    });
    test('at another hour of the same day, whatever came between', async () => {
      await send('predictions', [good('d7', { asked_at: '2026-03-01T05:00:00Z' })]);
      expect((await send('predictions', [good('d7', { asked_at: '2026-03-01T09:00:00Z' })])).body).toMatchObject({
        duplicates: 1,
      });
    });
    test('and a number is the same id as its text', async () => {
      await send('predictions', [good(4711)]);
      expect((await send('predictions', [good('4711')])).body).toMatchObject({ accepted: 0, duplicates: 1 });
    });
    test('but another version, role or day is another prediction', async () => {
      const other = [
        good('d8'),
        good('d8', { version: 'v2' }),
        good('d8', { decision: null }),
        good('d8', { asked_at: '2026-03-01T00:00:00Z' }),
      ];
      expect((await send('predictions', other)).body).toMatchObject({ accepted: 4, duplicates: 0 });
    });
    test('over ids too many and too long for one question', async () => {
      const many = Array.from({ length: 4_000 }, (_, i) => good(`${i % 2 ? 'z' : 'a'}-${i}-${'x'.repeat(60)}'`));
      const halves = [many.slice(0, 2_000), many.slice(2_000)];
      for (const half of halves) expect((await send('predictions', half)).body).toMatchObject({ accepted: 2_000 });
      for (const half of halves)
        expect((await send('predictions', half)).body).toMatchObject({ accepted: 0, duplicates: 2_000 });
    });
  });

  describe('labels', () => {
    test('that come before their prediction are kept and joined when it comes', async () => {
      expect((await send('labels', [{ id: 'l1', defaulted: 1 }])).body).toMatchObject({ accepted: 1, rejected: [] });
      expect(await labelOf('l1')).toEqual([]);
      await send('predictions', [good('l1')]);
      expect(await labelOf('l1')).toEqual(['1']);
    });
    test('that are repeated change nothing', async () => {
      await send('predictions', [good('l2')]);
      for (let i = 0; i < 3; i++) await send('labels', { id: 'l2', defaulted: true });
      expect(await labelOf('l2')).toEqual(['1']);
    });
    test('that are corrected count as corrected, and what was known before can still be asked', async () => {
      await send('predictions', [good('l3'), good('l4')]);
      await send('labels', [{ id: 'l3', defaulted: 0 }]);
      const then = server().clock.now();
      server().clock.advance(HOUR);
      await send('labels', [{ id: 'l3', defaulted: 1 }]);
      expect(await labelOf('l3')).toEqual(['1']);
      expect(await labelOf('l3', then)).toEqual(['0']);
      server().clock.advance(HOUR);
      await send('labels', [{ id: 'l3', defaulted: null }]);
      expect(await labelOf('l3')).toEqual([null]);
      expect(await labelOf('l4')).toEqual([null]);
    });
    test('that are corrected within the same moment count as the last one said', async () => {
      await send('predictions', [good('l5'), good('l6')]);
      await send('labels', [
        { id: 'l5', defaulted: 0 },
        { id: 'l5', defaulted: 1 },
      ]);
      expect(await labelOf('l5')).toEqual(['1']);
      await send('labels', [{ id: 'l6', defaulted: 1 }]);
      await send('labels', [{ id: 'l6', defaulted: 0 }]);
      expect(await labelOf('l6')).toEqual(['0']);
    });
    test('that are bad are refused by themselves', async () => {
      const { body } = await send('labels', [{ id: 'l7', defaulted: 1 }, { id: 'l8' }, { defaulted: 1 }]);
      expect(body).toMatchObject({
        accepted: 1,
        rejected: [
          { row: 1, code: 'missing_label' },
          { row: 2, code: 'missing_id' },
        ],
      });
    });
  });

  describe('what is no rows is refused whole', () => {
    const json = { 'content-type': 'application/json' };
    const zip = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const bomb = gzipSync(Buffer.alloc(64_000_000, ' '));
    const cases: {
      name: string;
      body: unknown;
      headers?: Record<string, string>;
      model?: string;
      status: number;
      code: string;
    }[] = [
      { name: 'an unknown model', body: [], model: 'nobody', status: 404, code: 'unknown_model' },
      { name: 'broken JSON', body: '[{"id": 1}', headers: json, status: 400, code: 'invalid_json' },
      { name: 'nothing at all', body: '', headers: json, status: 400, code: 'invalid_json' },
      {
        name: 'a form',
        body: 'a=b',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        status: 415,
        code: 'unsupported_media_type',
      },
      {
        name: 'XML',
        body: '<a/>',
        headers: { 'content-type': 'text/xml' },
        status: 415,
        code: 'unsupported_media_type',
      },
      {
        name: 'a compression that nobody knows',
        body: '[]',
        headers: { ...json, 'content-encoding': 'br' },
        status: 415,
        code: 'unsupported_media_type',
      },
      {
        name: 'a body that is too large',
        body: `[${' '.repeat(1_000_001)}]`,
        headers: json,
        status: 413,
        code: 'body_too_large',
      },
      { name: 'gzip that is none', body: Buffer.from('[]'), headers: zip, status: 400, code: 'invalid_json' },
      {
        name: 'gzip that breaks off',
        body: gzipSync(JSON.stringify([good('z')])).subarray(0, 40),
        headers: zip,
        status: 400,
        code: 'invalid_json',
      },
      { name: 'a zip bomb', body: bomb, headers: zip, status: 413, code: 'body_too_large' },
    ];
    test.each(cases)('$name', async ({ body, headers, model, status, code }) => {
      const answer = await send('predictions', body, headers, model);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toMatch('application/problem+json');
      expect(answer.body).toMatchObject({ status, code });
      for (const member of ['type', 'title', 'detail', 'remedy'] as const) expect(answer.body[member]).toMatch(/./);
    });
  });

  test('gzip is read', async () => {
    const zipped = gzipSync(`${JSON.stringify(good('zip1'))}\n${JSON.stringify(good('zip2'))}`);
    const { body } = await send('predictions', zipped, {
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    });
    expect(body).toMatchObject({ accepted: 2 });
  });

  test('when too much waits, 503 says when to come again, and nothing of that request is kept', async () => {
    const before = (await quarantined()).length;
    const batch = (name: string) => [...Array.from({ length: 2_000 }, (_, i) => good(`${name}-${i}`)), { bad: name }];
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => send('predictions', batch(`p${i}`))));
    const refused = answers.flatMap(({ status }, i) => (status === 503 ? [i] : []));
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
    for (const i of refused) {
      expect(answers[i]!.headers['retry-after']).toBe('1');
      expect(answers[i]!.body).toMatchObject({ code: 'overloaded' });
      expect(await stored(`p${i}-0`)).toBe(0);
    }
    expect((await quarantined()).length - before).toBe(6 - refused.length);
    for (const i of refused)
      expect((await send('predictions', batch(`p${i}`))).body).toMatchObject({ accepted: 2_000 });
  });

  test('good rows are never lost because of bad neighbours', async () => {
    let n = 0;
    const bad = fc.oneof(
      fc.constant(null),
      fc.integer(),
      fc.constant([]),
      fc.constant({}),
      fc.record({ id: fc.string(), asked_at: fc.string() }),
      fc.record({ id: fc.integer(), asked_at: fc.double() }),
    );
    const entry = fc.oneof(
      fc.constant('good' as const),
      bad.map((value) => ({ value })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 30 }), fc.boolean(), async (entries, asLines) => {
        const batch = entries.map((given) => (given === 'good' ? good(`f${n++}`) : given.value));
        const places = entries.flatMap((given, i) => (given === 'good' ? [] : [i]));
        const { status, body } = asLines
          ? await send('predictions', batch.map((row) => JSON.stringify(row)).join('\n'), {
              'content-type': 'application/jsonl',
            })
          : await send('predictions', batch);
        expect(status).toBe(200);
        expect(body).toMatchObject({ accepted: entries.length - places.length, duplicates: 0 });
        expect(body.rejected.map(({ row }) => row)).toEqual(places);
      }),
      { numRuns: 15 },
    );
    const [kept] = await rows<{ n: number }>(`SELECT uniqExact(id) AS n FROM ${TABLE} WHERE match(id, '^f[0-9]+$')`);
    expect(kept!.n).toBe(n);
  });

  test('rows that are stored are acknowledged though the store cannot tell of them, and its full disk is 507', async () => {
    const { events } = server().app.ctx;
    const emit = events.emit;
    events.emit = () => Promise.reject(Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' }));
    const later = Date.now() + 10_000;
    const now = vi.spyOn(Date, 'now').mockImplementation(() => later); // progress is told once a second
    const answer = await send('predictions', [good('t1')]);
    now.mockRestore();
    const refused = await server().call<Problem>('/api/v1/config/apply', { body: { document: documentOf(BINARY) } });
    events.emit = emit;
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(refused).toMatchObject({ status: 507, body: { code: 'storage_full' } });
    expect((await server().call('/api/v1/config/apply', { body: { document: CONFIG } })).status).toBe(200);
  });

  test('nothing of a row and no token stands in the log', async () => {
    const secret = 'Jane-Roe-4111111111111111';
    await send('predictions', [{ ...good('s1'), purpose: secret, amount: 'x' }, good('s2', { purpose: secret })]);
    const broken = vi.spyOn(JSON, 'stringify').mockImplementationOnce(() => `{"id": "${secret}" oops`);
    await expect(server().app.ctx.warehouse.insert(TABLE, [{}], 'test')).rejects.toThrow(/the warehouse answered/);
    broken.mockRestore();
    const failed = await server()
      .app.ctx.warehouse.query(`SELECT toFloat64('${secret}')`, {}, 'test')
      .catch((error: Error) => error);
    server().app.ctx.log.error({ err: failed }, 'a query failed');
    expect(String(failed)).toMatch(/the warehouse answered/);
    const log = server().log.join('');
    expect(log).not.toContain(secret);
    expect(log).not.toContain(server().token);
    const address = server().clickhouse?.url;
    if (address) expect(log).not.toContain(new URL(address).password);
  });

  describe.runIf(warehouse === 'served')('over ClickHouse', () => {
    test('a full disk is 507 for all whose rows were not stored, and then it goes on', async () => {
      const broken = {
        code: 243,
        message: 'Cannot reserve 1.00 MiB, not enough space. (NOT_ENOUGH_SPACE)',
        matching: 'INSERT INTO',
      };
      await send('predictions', [good('full0')]);
      await server().clickhouse!.fail(broken);
      const refused = await send('predictions', [good('full1')]);
      expect(refused).toMatchObject({ status: 507, body: { code: 'storage_full' } });
      await server().clickhouse!.fail(null);
      expect([await stored('full0'), await stored('full1')]).toEqual([1, 0]);
      expect((await send('predictions', [good('full1'), good('full0')])).body).toMatchObject({
        accepted: 1,
        duplicates: 1,
      });
    });
    test('an engine that fails is 500 without its words', async () => {
      await server().clickhouse!.fail({
        code: 241,
        message: 'Memory limit exceeded while reading Jane Roe. (MEMORY_LIMIT_EXCEEDED)',
        matching: 'INSERT INTO',
      });
      const { status, text } = await send('predictions', [good('e1')]);
      await server().clickhouse!.fail(null);
      expect(status).toBe(500);
      expect(text).not.toContain('Jane');
      expect(server().log.join('')).toMatch(/MEMORY_LIMIT_EXCEEDED \(241\) to ingest/);
      expect(server().log.join('')).not.toContain('Jane');
    });
    test('long values go into the body, and no address is longer than proxies take', async () => {
      const { multipart, longestUri } = await server().clickhouse!.counts();
      expect(multipart).toBeGreaterThan(0);
      expect(longestUri).toBeLessThan(8_192);
    });
  });
}

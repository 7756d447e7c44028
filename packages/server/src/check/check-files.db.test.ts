import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { LeewayError } from '@leeway/contract';
import { Command } from 'commander';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addCheckCommand } from '../cli/commands/check.ts';
import { Warehouse } from '../warehouse/warehouse.ts';
import { checkFiles } from './check-files.ts';
import type { CheckOptions } from './options.ts';
import { CheckResult } from './result.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** The same numbers on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

type Row = Record<string, string | number | boolean | null>;

function rowsOf(n: number, seed: number, shift = 0): Row[] {
  const next = random(seed);
  return Array.from({ length: n }, (_, i) => {
    const x = next() + next() + next();
    const p = next();
    const y = next() < p ? 1 : 0;
    return {
      ...{ id: i + 1, at: `2026-01-01 00:00:${String(i % 60).padStart(2, '0')}`, token: `u-${seed}-${i}` },
      ...{
        x: x + shift,
        steady: next(),
        region: ['north', 'south', 'west'][Math.floor(next() * 3)]!,
        big: next() < 0.5,
      },
      ...{ y, p },
    };
  });
}

const csv = (rows: Row[]) =>
  `${Object.keys(rows[0]!).join(',')}\n${rows
    .map((row) =>
      Object.values(row)
        .map((v) => v ?? '')
        .join(','),
    )
    .join('\n')}\n`;
const jsonl = (rows: Row[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;

function write(name: string, content: string | Buffer): string {
  writeFileSync(at(name), content);
  return at(name);
}

const base = write('reference.csv', csv(rowsOf(2000, 1)));
const same = write('same.csv', csv(rowsOf(2000, 2)));
const moved = write('moved.csv', csv(rowsOf(2000, 3, 1)));

async function check(options: Partial<CheckOptions>) {
  const { result } = await checkFiles({ reference: base, current: same, ...options });
  // Through JSON, as the command prints it.
  return CheckResult.parse(JSON.parse(JSON.stringify(result)));
}

const columnOf = (result: CheckResult, name: string) => result.drift.columns.find(({ column }) => column === name)!;

describe('two files', () => {
  it('of one source are fine', async () => {
    const result = await check({});
    expect(result).toMatchObject({ verdict: 'ok', reference: { rows: 2000 }, current: { rows: 2000 } });
    expect(result.drift.skipped.map(({ column }) => column)).toEqual(['id', 'at', 'token']);
    expect(result.drift.columns.map(({ column, type }) => `${column} ${type}`).sort()).toEqual([
      'big boolean',
      'p numeric',
      'region categorical',
      'steady numeric',
      'x numeric',
      'y numeric',
    ]);
    expect(result.performance).toMatchObject({ status: 'not_available' });
    expect(result.quality.filter(({ severity }) => severity === 'finding')).toEqual([]);
  });

  it('of which one has moved: the column is found, and is first', async () => {
    const result = await check({ current: moved, share: 0.1 });
    expect(result.verdict).toBe('findings');
    expect(result.drift.columns[0]).toMatchObject({ column: 'x', drifted: true, test: 'wasserstein' });
    expect(result.drift.columns.filter(({ drifted }) => drifted)).toHaveLength(1);
    expect((await check({ current: moved })).reasons.join()).toMatch(/1 of 6 columns drifted, below the share 0.5/);
  });

  it('give the same answer every time, and leave nothing behind', async () => {
    // In a temporary folder of its own: other tests check files at the same time.
    const own = join(folder, 'temporary');
    mkdirSync(own);
    vi.stubEnv('TMPDIR', own);
    expect(await check({ current: moved })).toEqual(await check({ current: moved }));
    vi.unstubAllEnvs();
    expect(readdirSync(own)).toEqual([]);
  });

  it('may be of any format, with the same numbers', async () => {
    const rows = rowsOf(2000, 3, 1);
    const expected = columnOf(await check({ current: moved }), 'x').statistic!;
    const scratch = await Warehouse.scratch(at('engine'));
    for (const [name, format] of [
      ['m.parquet', 'Parquet'],
      ['m.arrow', 'Arrow'],
      ['m.feather', 'Arrow'],
      ['m.arrows', 'ArrowStream'],
      ['m.tsv', 'TSVWithNames'],
    ]) {
      await scratch.command(
        `INSERT INTO FUNCTION file('${at(name!)}', ${format}) SELECT * FROM file('${moved}', CSVWithNames)`,
      );
    }
    await scratch.close();
    write('m.jsonl', jsonl(rows));
    write('m.csv.gz', gzipSync(csv(rows)));
    write('m.ndjson.gz', gzipSync(jsonl(rows)));
    write('m.parquet.gz', gzipSync(await readFile(at('m.parquet'))));
    write('semicolon.csv', csv(rows).replaceAll(',', ';'));
    for (const name of [
      'm.parquet',
      'm.arrow',
      'm.feather',
      'm.arrows',
      'm.tsv',
      'm.jsonl',
      'm.csv.gz',
      'm.ndjson.gz',
      'm.parquet.gz',
      'semicolon.csv',
    ]) {
      const result = await check({ current: at(name) });
      expect(result.current.rows, name).toBe(2000);
      expect(columnOf(result, 'x').statistic, name).toBeCloseTo(expected, 9);
      expect(columnOf(result, 'big').type, name).toBe('boolean');
      expect(
        result.drift.columns.filter(({ drifted }) => drifted).map(({ column }) => column),
        name,
      ).toEqual(['x']);
    }
    // Typed files know what they hold as a reference too.
    expect(columnOf(await check({ reference: at('m.parquet'), current: moved }), 'x').drifted).toBe(false);
  });

  it('exact: D and W1 are those of all rows', async () => {
    const [a, b] = [
      [1, 2, 2, 3, 7.5],
      [2, 2, 4, 9],
    ];
    const many = (values: number[]) => values.flatMap((v) => new Array<number>(100).fill(v));
    const one = (values: number[]) => `v\n${many(values).join('\n')}\n`;
    const result = await check({
      reference: write('a.csv', one(a)),
      current: write('b.csv', one(b)),
      ...{ exact: true, tests: ['ks', 'wasserstein'] },
    });
    // scipy.stats: ks_2samp D = 0.3, wasserstein_distance = 1.15; both do not depend on the repetition.
    const deviation = Math.sqrt(a.reduce((sum, v) => sum + (v - 3.1) ** 2, 0) / a.length);
    expect(columnOf(result, 'v').results[0]!.statistic).toBeCloseTo(0.3, 9);
    expect(columnOf(result, 'v').results[1]!.statistic).toBeCloseTo(1.15 / deviation, 9);
    expect(result.drift.exact).toBe(true);
  });

  it('columns can be told what they are, what is tested and what is allowed', async () => {
    const result = await check({
      columns: {
        y: { type: 'categorical' },
        x: { test: 'psi', threshold: 0.3, max: 1 },
        steady: { type: 'skip' },
        id: { type: 'numeric' },
      },
    });
    expect(columnOf(result, 'y').type).toBe('categorical');
    expect(columnOf(result, 'x')).toMatchObject({ test: 'psi', threshold: 0.3 });
    expect(columnOf(result, 'steady')).toBeUndefined();
    expect(columnOf(result, 'id')).toMatchObject({ type: 'numeric', drifted: false });
    expect(result.quality).toContainEqual(
      expect.objectContaining({ check: 'range', column: 'x', severity: 'finding' }),
    );
  });

  it('by the values of a column', async () => {
    const rows = rowsOf(3000, 4).map((row) => (row['region'] === 'west' ? { ...row, x: Number(row['x']) + 1 } : row));
    const result = await check({ current: write('west.csv', csv(rows)), by: 'region', share: 0.2 });
    const drifted = result.by!.slices.map(({ value, drift }) => [
      value,
      drift.columns.filter((c) => c.drifted).map((c) => c.column),
    ]);
    expect(Object.fromEntries(drifted)).toEqual({ north: [], south: [], west: ['x'] });
    const west = result.by!.slices.find(({ value }) => value === 'west')!;
    expect(west.current.rows).toBe(rows.filter((row) => row['region'] === 'west').length);
  });
});

describe('data quality', () => {
  it('counts gaps, unreadable values, repeated rows and columns that differ', async () => {
    const rows = rowsOf(2000, 5).map(
      ({ steady, ...row }, i): Row => ({
        ...row,
        ...{
          id: i < 400 ? 1 : i,
          at: i < 400 ? '2026-01-01 00:00:00' : row['at']!,
          token: i < 400 ? 'u' : row['token']!,
        },
        ...(i < 400 ? { x: 1, region: 'north', big: true, y: 1, p: 0.5 } : {}),
        ...(i >= 400 && i < 600 ? { x: 'NA' } : {}),
        ...(i >= 600 && i < 700 ? { p: 'broken' } : {}),
        extra: 1,
      }),
    );
    const { quality } = await check({ current: write('bad.csv', csv(rows)) });
    const found = new Map(quality.map((finding) => [`${finding.check} ${finding.column ?? ''}`.trim(), finding]));
    expect(found.get('missing_column steady')?.severity).toBe('finding');
    expect(found.get('extra_column extra')?.severity).toBe('note');
    expect(found.get('missing_share x')).toMatchObject({ severity: 'finding', current: 0.1 });
    expect(found.get('wrong_type p')).toMatchObject({ severity: 'finding', current: 0.05 });
    expect(found.get('duplicates')).toMatchObject({ severity: 'finding', current: 399 / 2000 });
  });

  it('repeated rows are counted the same in Parquet, gaps among them', async () => {
    const scratch = await Warehouse.scratch(at('engine2'));
    const select = 'SELECT number % 90 AS a, if(number % 3 = 0, NULL, toString(number % 90)) AS b FROM numbers(100)';
    await scratch.command(`INSERT INTO FUNCTION file('${at('d.parquet')}', Parquet) ${select}`);
    await scratch.command(
      `INSERT INTO FUNCTION file('${at('e.parquet')}', Parquet) SELECT number AS a, toString(number) AS b FROM numbers(100)`,
    );
    await scratch.close();
    const { quality } = await check({ reference: at('e.parquet'), current: at('d.parquet') });
    expect(quality.find((finding) => finding.check === 'duplicates')).toMatchObject({ current: 0.1 });
  });

  it('tells types that changed, and row numbers from numbers that only look like them', async () => {
    const scratch = await Warehouse.scratch(at('engine3'));
    const file = async (name: string, select: string) => {
      await scratch.command(`INSERT INTO FUNCTION file('${at(name)}', Parquet) SELECT ${select} FROM numbers(100)`);
      return at(name);
    };
    const reference = await file(
      't1.parquet',
      'number AS id, if(number = 50, 49, number) AS n, number / 3 AS x, [1, 2] AS l',
    );
    const current = await file(
      't2.parquet',
      'number AS id, if(number = 50, 49, number) AS n, today() AS x, toString(number % 2) AS l',
    );
    await scratch.close();
    const result = await check({ reference, current });
    expect(result.drift.skipped.map(({ column }) => column)).toEqual(['id']);
    expect(result.contents).toMatchObject({ vectors: [{ column: 'l', drifted: null }] });
    expect(result.quality.filter(({ check }) => check === 'type_changed').map(({ column }) => column)).toEqual([
      'l',
      'x',
    ]);
    expect(columnOf(result, 'x')).toMatchObject({ drifted: null, reason: 'empty_current' });
  });

  it('takes what late rows hold for what it is', async () => {
    const values = (last: string) => `v\n${Array.from({ length: 60_000 }, (_, i) => i % 977).join('\n')}\n${last}\n`;
    const result = await check({ reference: write('n.csv', values('5')), current: write('late.csv', values('oops')) });
    expect(columnOf(result, 'v').type).toBe('numeric');
    expect(result.quality[0]).toMatchObject({ check: 'wrong_type', column: 'v', severity: 'finding' });
  });
});

describe('performance', () => {
  it('is measured in both files, and what got worse is named', async () => {
    const rows = rowsOf(4000, 6).map((row) => ({ ...row, y: row['id'] === 0 ? 0 : Number(row['p']) > 0.5 ? 0 : 1 }));
    const result = await check({ current: write('worse.csv', csv(rows)), label: 'y', score: 'p' });
    if ('status' in result.performance) throw new Error('not measured');
    expect(result.performance).toMatchObject({ task: 'binary', positive: '1' });
    expect(result.performance.reference.metrics!['roc_auc']!.value).toBeGreaterThan(0.78);
    expect(result.performance.current.metrics!['roc_auc']!.value).toBeLessThan(0.01);
    expect(result.performance.worse).toEqual(expect.arrayContaining(['accuracy', 'log_loss']));
    expect(columnOf(result, 'p').role).toBe('score');
  });

  it('waits for labels that are not in yet', async () => {
    const rows = rowsOf(500, 7).map(({ y, ...row }) => row);
    const result = await check({ current: write('unlabelled.csv', csv(rows)), label: 'y', score: 'p' });
    if ('status' in result.performance) throw new Error('not measured');
    expect(result.performance.current).toMatchObject({
      metrics: null,
      reason: expect.stringMatching(/has no column "y"/),
    });
    expect(result.verdict).toBe('ok');
  });

  it('tells a regression, and classes', async () => {
    const regression = await check({ label: 'x', prediction: 'steady' });
    expect(regression.performance).toMatchObject({ task: 'regression', worse: [] });
    const classes = await check({ label: 'region', prediction: 'region' });
    expect(classes.performance).toMatchObject({ task: 'multiclass', current: { metrics: { accuracy: { value: 1 } } } });
  });
});

describe('too few rows', () => {
  it('are said to be too few', async () => {
    const few = write('few.csv', csv(rowsOf(10, 8)));
    expect(await check({ reference: few, current: few })).toMatchObject({
      verdict: 'insufficient',
      drift: { share: null },
    });
  });
});

describe('errors name the input and what to do', () => {
  const few = csv(rowsOf(100, 9));
  it.each<[string, () => Partial<CheckOptions>, string, RegExp]>([
    ['no such file', () => ({ current: at('none.csv') }), 'file_unreadable', /none\.csv: there is no such file/],
    ['only a header', () => ({ current: write('header.csv', 'x,y\n') }), 'file_unreadable', /header\.csv has no rows/],
    [
      'a short row',
      () => ({ current: write('short.csv', `${few}1,2\n`) }),
      'file_unreadable',
      /short\.csv: .*row 101.*Line feed found/,
    ],
    [
      'a name twice',
      () => ({ current: write('twice.csv', 'x,x\n1,2\n') }),
      'file_unreadable',
      /Duplicate column name.*"x"/,
    ],
    [
      'half a Parquet file',
      () => ({ current: write('half.parquet', 'PAR1abcdef') }),
      'file_unreadable',
      /half\.parquet: Not a Parquet file/,
    ],
    [
      'half a line of JSON',
      () => ({ current: write('half.jsonl', '{"x":1}\n{"x":\n{"x":2}\n') }),
      'file_unreadable',
      /half\.jsonl: line 2 is not JSON: \{"x":/,
    ],
    [
      'nothing in common',
      () => ({ current: write('other.csv', 'q,r\n1,2\n') }),
      'column_missing',
      /no column in common/,
    ],
    [
      'a column that is not there',
      () => ({ by: 'regoin' }),
      'column_missing',
      /--by names "regoin".*did you mean "region"/,
    ],
    ['a label alone', () => ({ label: 'y' }), 'bad_option', /needs --prediction or --score/],
    [
      'a column file with a strange name',
      () => ({ columns: { nope: {} } }),
      'column_missing',
      /--columns names "nope"/,
    ],
  ])('%s', async (_, options, code, message) => {
    const error = await check(options()).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(LeewayError);
    expect((error as LeewayError).code).toBe(code);
    expect((error as LeewayError).detail).toMatch(message);
    expect((error as LeewayError).detail).not.toMatch(/leeway-check-/);
  });
});

describe('the command', () => {
  let out = '';
  let err = '';
  beforeEach(() => {
    out = '';
    err = '';
    process.exitCode = undefined;
  });
  afterAll(() => {
    process.exitCode = undefined;
  });

  async function run(...args: string[]): Promise<number | undefined> {
    const stdout = new PassThrough().on('data', (chunk: Buffer) => {
      out += chunk;
    });
    const stderr = new PassThrough().on('data', (chunk: Buffer) => {
      err += chunk;
    });
    const program = new Command('leeway').option('--json').exitOverride();
    addCheckCommand(program, { stdout, stderr });
    await program.parseAsync(['node', 'leeway', 'check', ...args]);
    const code = process.exitCode as number | undefined;
    process.exitCode = undefined;
    return code;
  }

  it('exits with 0 where all is fine and 1 where it is not', async () => {
    expect(await run('--reference', base, '--current', same)).toBe(0);
    expect(out).toMatch(/^OK {2}no column drifted/);
    expect(err).toBe('');
    expect(await run('--reference', base, '--current', moved, '--share', '0.1')).toBe(1);
    expect(out).toMatch(/FINDINGS/);
  });

  it('too few rows are 0, and 1 if strict', async () => {
    const few = write('few2.csv', csv(rowsOf(10, 8)));
    expect(await run('--reference', few, '--current', few)).toBe(0);
    expect(out).toMatch(/^INSUFFICIENT {2}no column has enough rows/);
    expect(await run('--reference', few, '--current', few, '--strict')).toBe(1);
  });

  it('prints one JSON document, and writes what else is asked for', async () => {
    const files = ['out.html', 'out.xml', 'out.md'].map(at);
    await run(
      '--reference',
      base,
      '--current',
      moved,
      '--json',
      '--label',
      'y',
      '--score',
      'p',
      '--by',
      'region',
      '--report',
      files[0]!,
      '--junit',
      files[1]!,
      '--markdown',
      files[2]!,
    );
    expect(CheckResult.parse(JSON.parse(out)).schema).toBe('leeway/check/v1');
    const [html, xml, markdown] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    expect(html).toMatch(/<svg /);
    expect(html).not.toMatch(/<script|https?:\/\/|NaN|undefined|Infinity/);
    expect(html!.length).toBeLessThan(60_000);
    expect(xml).toMatch(/<testsuite name="drift" tests="7" failures="0"/);
    expect(xml).toMatch(/<testsuite name="quality"/);
    expect(markdown).toMatch(/^### . leeway check: findings/);
  });

  it('what is in the files cannot become markup', async () => {
    const nasty = (n: number) =>
      `"<script>alert(1)</script>|\`x\`"\n${new Array<string>(n)
        .fill('<b>"&')
        .map((v) => `"${v.replaceAll('"', '""')}"`)
        .join('\n')}\n`;
    const files = ['nasty.html', 'nasty.xml', 'nasty.md'].map(at);
    await run(
      '--reference',
      write('nasty1.csv', nasty(100)),
      '--current',
      write('nasty2.csv', nasty(200)),
      '--report',
      files[0]!,
      '--junit',
      files[1]!,
      '--markdown',
      files[2]!,
    );
    const [html, xml] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    expect(html).not.toMatch(/<script>|<b>"/);
    expect(xml).not.toMatch(/<script>/);
  });

  it('an unknown test or a report that cannot be written is wrong use', async () => {
    await expect(run('--reference', base, '--current', same, '--tests', 'kss')).rejects.toThrow(/did you mean "ks"/);
    const path = at('no/such/folder.html');
    await expect(run('--reference', base, '--current', same, '--report', path)).rejects.toThrow(/cannot be written/);
    expect(existsSync(path)).toBe(false);
  });
});

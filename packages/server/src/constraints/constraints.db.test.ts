import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { LeewayError } from '@leeway/contract';
import { Command } from 'commander';
import { afterAll, describe, expect, it } from 'vitest';
import { checkFiles } from '../check/check-files.ts';
import { parseColumnsFile } from '../check/columns-file.ts';
import { addCheckCommand } from '../cli/commands/check.ts';
import { addProfileCommand } from '../cli/commands/profile.ts';
import { Warehouse } from '../warehouse/warehouse.ts';
import type { ProfileDocument } from './describe-profile.ts';
import {
  ConstraintsFile,
  readConstraints,
  readStatistics,
  StatisticsFile,
  type Violation,
  ViolationsFile,
} from './sagemaker-files.ts';

// The files are made to Amazon's published description; no container of Model Monitor was at hand to read them.

const folder = mkdtempSync(join(tmpdir(), 'leeway-constraints-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, content: string) => {
  writeFileSync(at(name), content);
  return at(name);
};

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

interface Person {
  id: string;
  age: number | string | null;
  income: number;
  state: string;
  mail: string;
  born: string;
  member: string;
}

function people(n: number, seed: number): Person[] {
  const next = random(seed);
  return Array.from({ length: n }, (_, i) => ({
    id: `u${i}-${seed}`,
    age: next() < 0.05 ? null : 18 + Math.floor(next() * 60),
    income: Number((1000 + 300 * (next() + next() + next() - 1.5)).toFixed(2)),
    state: ['OH', 'NJ', 'CA'][Math.floor(next() * 3)]!,
    mail: `u${i}.${seed}@example.org`,
    born: `19${10 + (i % 80)}-0${1 + (i % 9)}-11`,
    member: next() < 0.5 ? 'true' : 'false',
  }));
}

const csv = (rows: object[]) =>
  `${Object.keys(rows[0]!).join(',')}\n${rows
    .map((row) =>
      Object.values(row)
        .map((v) => v ?? '')
        .join(','),
    )
    .join('\n')}\n`;

const base = write('train.csv', csv(people(3000, 1)));
const fine = write('fine.csv', csv(people(3000, 2)));

async function run(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const text = { out: '', err: '' };
  stdout.on('data', (chunk) => (text.out += chunk));
  stderr.on('data', (chunk) => (text.err += chunk));
  const program = new Command().exitOverride();
  addProfileCommand(program, { stdout, stderr });
  addCheckCommand(program, { stdout, stderr });
  process.exitCode = undefined;
  await program.parseAsync(args, { from: 'user' });
  const status = process.exitCode;
  process.exitCode = undefined;
  return { ...text, status };
}

const profile = async (file: string, ...more: string[]) =>
  JSON.parse((await run('profile', file, '--json', ...more)).out) as ProfileDocument;

const types = (violations: readonly Violation[] = []) =>
  violations.map(({ feature_name: name, constraint_check_type: type }) => `${name} ${type}`);

describe('leeway profile', () => {
  it('counts what is in a file', async () => {
    const { columns, file, duplicates } = await profile(base);
    const rows = people(3000, 1);
    expect({ ...file, duplicates }).toMatchObject({ rows: 3000, columns: 7, duplicates: 0 });
    const of = (name: string) => columns.find(({ column }) => column === name)!;
    const incomes = rows.map(({ income }) => income);
    expect(of('income')).toMatchObject({
      ...{ type: 'number', min: Math.min(...incomes), max: Math.max(...incomes), infinite: 0, negative: 0 },
      distinct: new Set(incomes).size,
    });
    const mean = incomes.reduce((a, b) => a + b, 0) / 3000;
    expect(of('income').mean).toBeCloseTo(mean, 6);
    const [low, high] = [Math.min(...incomes), Math.max(...incomes)];
    const buckets = new Array<number>(10).fill(0);
    for (const x of incomes) buckets[Math.min(9, Math.floor(((x - low) / (high - low)) * 10))]!++;
    expect(of('income').buckets).toEqual(buckets);
    expect(of('age').missing).toBe(rows.filter(({ age }) => age === null).length);
    expect(of('age').whole).toBe(of('age').present);
    expect(of('mail')).toMatchObject({ format: 'email', distinct: 3000 });
    expect(of('born')).toMatchObject({ format: 'iso_date', skipped: expect.stringMatching(/dates/) });
    expect(
      of('state')
        .top.map(({ value }) => value)
        .sort(),
    ).toEqual(['CA', 'NJ', 'OH']);
  });

  it('reads the same out of Parquet', async () => {
    const scratch = await Warehouse.scratch(at('engine'));
    await scratch.command(
      `INSERT INTO FUNCTION file('${at('train.parquet')}', Parquet) SELECT * FROM file('${base}', CSVWithNames)`,
    );
    await scratch.close();
    const [a, b] = [await profile(base), await profile(at('train.parquet'))];
    for (const [i, column] of a.columns.entries()) {
      const same = b.columns[i]!;
      expect([same.column, same.min, same.max, same.buckets]).toEqual([
        column.column,
        column.min,
        column.max,
        column.buckets,
      ]);
      if (column.column !== 'born') expect(same.distinct).toBe(column.distinct);
    }
  });

  it('suggests constraints that the file keeps, and that a check keeps to', async () => {
    const { status, err } = await run('profile', base, '--suggest', at('columns.yaml'));
    expect(status).toBe(0);
    expect(err).toContain('columns.yaml');
    const columns = parseColumnsFile(await readFile(at('columns.yaml'), 'utf8'), 'columns.yaml');
    expect(columns).toMatchObject({
      id: { unique: true },
      age: { type: 'numeric', min: 12, max: 83 },
      state: { type: 'categorical', values: ['CA', 'NJ', 'OH'] },
      mail: { unique: true, pattern: expect.stringContaining('@') },
    });
    expect(columns['id']).not.toHaveProperty('type');
    const quality = async (current: string) => {
      const { result } = await checkFiles({ reference: base, current, columns });
      return result.quality
        .filter(({ severity }) => severity === 'finding')
        .map((f) => `${f.column} ${f.check} ${f.basis}`);
    };
    expect(await quality(base)).toEqual([]);
    expect(await quality(fine)).toEqual([]);
    const bad = people(3000, 3).map((row, i) => ({
      ...row,
      ...(i === 5 ? { id: 'u4-3', mail: 'nobody' } : {}),
      ...(i === 6 ? { state: 'XX', age: 140 } : {}),
      ...(i === 7 ? { income: 'inf' } : {}),
    }));
    expect((await quality(write('bad.csv', csv(bad)))).sort()).toEqual([
      'age range declared',
      'id not_unique declared',
      'income not_finite inferred',
      'mail pattern declared',
      'state new_categories declared',
    ]);
  });

  it('shows it in a terminal', async () => {
    const { out, status } = await run('profile', base);
    expect(status).toBe(0);
    expect(out).toMatch(/3,?000 rows, 7 columns/);
    expect(out).toMatch(/income\s+number\s+\d[\d,]*\s+\S+/);
  });

  it.each([
    [['--baseline', 'x.json'], /--baseline was given without --against/],
    [['--violations', 'x.json'], /--violations was given without --against/],
    [['--against', '/nowhere/constraints.json'], /there is no such file/],
    [['--against', base], /is not JSON/],
    [['--against', write('wrong.json', '{"features": 3}')], /wrong\.json is no constraints\.json/],
    [['--columns', write('other.yaml', 'nothing: { min: 1 }')], /names "nothing"/],
  ])('%j is wrong use', async (flags, message) => {
    await expect(run('profile', base, ...flags)).rejects.toThrow(LeewayError);
    await expect(run('profile', base, ...flags)).rejects.toThrow(message);
  });
});

describe('degenerate files', () => {
  const tests: [string, string][] = [
    ['one row', 'a,b,c\n1,x,\n'],
    ['one column without values', 'a,b\n,1\n,2\n'],
    ['only text', csv(Array.from({ length: 100 }, (_, i) => ({ a: `text ${i}`, b: 'same' })))],
    ['many categories', csv(Array.from({ length: 5000 }, (_, i) => ({ a: `v${i % 2500}` })))],
    ['huge numbers', 'a\n1e300\n-1e300\n1.7e308\n-1.7e308\n0\n'],
    ['infinities', 'a,b\ninf,1\n-inf,2\n1,3\n'],
    ['a constant', csv(Array.from({ length: 100 }, () => ({ a: 7, b: 'x' })))],
    ['a name that wants quoting', '"a`b\'\\c","d"\n1,2\n3,4\n'],
  ];
  it.each(tests)('%s', async (name, content) => {
    const file = write(`${name.replaceAll(' ', '-')}.csv`, content);
    const { status } = await run('profile', file, '--statistics', at('s.json'), '--constraints', at('c.json'));
    expect(status).toBe(0);
    StatisticsFile.parse(JSON.parse(await readFile(at('s.json'), 'utf8')));
    ConstraintsFile.parse(JSON.parse(await readFile(at('c.json'), 'utf8')));
    const back = await profile(file, '--against', at('c.json'), '--baseline', at('s.json'));
    expect(types(back.violations)).toEqual([]);
    expect(JSON.stringify(back)).not.toMatch(/NaN|Infinity/);
  });

  it('a file without rows is refused', async () => {
    await expect(run('profile', write('none.csv', 'a,b\n'))).rejects.toThrow(/has no rows/);
  });
});

describe('the files of Model Monitor', () => {
  it('are written to the published description, and a file keeps its own', async () => {
    await run('profile', base, '--statistics', at('statistics.json'), '--constraints', at('constraints.json'));
    const statistics = StatisticsFile.parse(JSON.parse(await readFile(at('statistics.json'), 'utf8')));
    const constraints = ConstraintsFile.parse(JSON.parse(await readFile(at('constraints.json'), 'utf8')));
    expect(statistics.dataset.item_count).toBe(3000);
    for (const { name, numerical_statistics: n, string_statistics: s } of statistics.features) {
      const { num_present, num_missing } = (n ?? s)!.common;
      expect(num_present + num_missing, name).toBe(3000);
      const kll = n?.distribution?.kll;
      if (!kll) continue;
      expect(kll.buckets).toHaveLength(10);
      expect(kll.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(num_present);
      expect(kll.sketch!.data.reduce((sum, level, i) => sum + level.length * 2 ** i, 0)).toBe(num_present);
    }
    expect(constraints.features.map(({ name, inferred_type }) => [name, inferred_type])).toEqual([
      ['id', 'String'],
      ['age', 'Integral'],
      ['income', 'Fractional'],
      ['state', 'String'],
      ['mail', 'String'],
      ['born', 'String'],
      ['member', 'String'],
    ]);
    expect(await readConstraints(at('constraints.json'))).toEqual(constraints);
    expect(await readStatistics(at('statistics.json'))).toEqual(statistics);
    for (const file of [base, fine]) {
      const { violations } = await profile(
        ...([file, '--against', at('constraints.json'), '--baseline', at('statistics.json')] as const),
      );
      expect(types(violations)).toEqual([]);
    }
  });

  it('judge what is wrong, each by its name', async () => {
    const rows = people(3000, 4).map(({ born: _born, ...row }, i) => ({
      ...row,
      age: i % 2 === 0 ? null : i === 1 ? 'old' : row.age,
      income: i === 3 ? -5 : row.income * 1.2,
      state: i === 5 ? 'XX' : row.state,
      more: 1,
    }));
    const file = write('broken.csv', csv(rows));
    const { status, out } = await run(
      ...['profile', file, '--against', at('constraints.json'), '--baseline', at('statistics.json')],
      ...['--violations', at('violations.json'), '--json'],
    );
    expect(status).toBe(1);
    const expected = [
      'age completeness_check',
      'age data_type_check',
      'income data_type_check',
      'income baseline_drift_check',
      'state categorical_values_check',
      'born missing_column_check',
      'more extra_column_check',
    ];
    expect(types((JSON.parse(out) as ProfileDocument).violations)).toEqual(expected);
    const written = ViolationsFile.parse(JSON.parse(await readFile(at('violations.json'), 'utf8')));
    expect(types(written.violations)).toEqual(expected);

    // The same by `leeway check`, with the reference file in place of the statistics.
    for (const baseline of [[], ['--statistics', at('statistics.json')]]) {
      const checked = await run(
        ...['check', '--reference', base, '--current', file, '--constraints', at('constraints.json')],
        ...[...baseline, '--violations', at('again.json'), '--json'],
      );
      expect(checked.status).toBe(1);
      const { constraints, reasons } = JSON.parse(checked.out);
      expect(types(constraints.violations)).toEqual(expected);
      expect(reasons).toContain('7 violations of the constraints');
      expect(JSON.parse(await readFile(at('again.json'), 'utf8'))).toEqual(
        written.violations.length > 0 && baseline.length > 0 ? written : expect.anything(),
      );
    }
  });

  it('may have more than the description, and what the SDK writes', async () => {
    const given = JSON.parse(await readFile(at('constraints.json'), 'utf8')) as {
      features: Record<string, unknown>[];
      [key: string]: unknown;
    };
    given['data_shapes'] = [{ a: 1 }];
    given.features = given.features.map((feature) =>
      feature['name'] === 'state'
        ? {
            ...feature,
            other: [],
            monitoring_config_overrides: { evaluate_constraints: 'Disabled', some_flag: 'keep' },
          }
        : feature,
    );
    const path = write('sdk.json', JSON.stringify(given));
    const read = await readConstraints(path);
    expect(read.features.find(({ name }) => name === 'state')!.monitoringConfigOverrides).toEqual({
      evaluate_constraints: 'Disabled',
    });
    const { violations } = await profile(at('broken.csv'), '--against', path);
    expect(types(violations)).not.toContain('state categorical_values_check');
  });
});

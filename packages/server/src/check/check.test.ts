import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CategoricalSummary, NumericSummary } from '@leeway/stats';
import { afterAll, describe, expect, it } from 'vitest';
import { verdictOf } from './check-files.ts';
import { assertTest, parseColumnsFile } from './columns-file.ts';
import { decideColumns } from './decide-columns.ts';
import { worseMetrics } from './performance.ts';
import { probeFile } from './probe-file.ts';
import { judgeQuality, percent, type QualityInput } from './quality.ts';
import { toEcdf } from './render/ecdf.ts';
import { toHistogram } from './render/histogram.ts';
import { type ColumnSurvey, natureOfText, natureOfType } from './survey.ts';

const survey = (over: Partial<ColumnSurvey> = {}): ColumnSurvey => ({
  ...{ name: 'c', nature: 'number', rows: 1000, present: 1000, distinct: 500, numbers: 1000, booleans: 0, dates: 0 },
  ...{ words: null, wholeMin: null, wholeMax: null, runs: false, ...over },
});

describe('what a column holds', () => {
  it.each([
    ['numbers', { present: 100, numbers: 100, booleans: 0, dates: 0 }, 'number'],
    ['numbers, one of them unreadable', { present: 100, numbers: 99, booleans: 0, dates: 0 }, 'number'],
    ['numbers, too many unreadable', { present: 100, numbers: 90, booleans: 0, dates: 0 }, 'text'],
    ['few values are to be all numbers', { present: 10, numbers: 9, booleans: 0, dates: 0 }, 'text'],
    ['true and false', { present: 10, numbers: 0, booleans: 10, dates: 0 }, 'boolean'],
    ['dates', { present: 10, numbers: 0, booleans: 0, dates: 10 }, 'datetime'],
    ['nothing', { present: 0, numbers: 0, booleans: 0, dates: 0 }, 'text'],
  ] as const)('%s', (_, counts, nature) => {
    expect(natureOfText(counts)).toBe(nature);
  });

  it.each([
    ['Nullable(Int64)', 'number'],
    ['Decimal(10, 2)', 'number'],
    ['Bool', 'boolean'],
    ["Nullable(DateTime64(6, 'UTC'))", 'datetime'],
    ['LowCardinality(Nullable(String))', 'text'],
    ['Array(Float64)', 'vector'],
    ['Array(Nullable(Float32))', 'vector'],
    ['Array(Nullable(String))', 'other'],
    ['Tuple(a Nullable(Int64))', 'other'],
  ])('%s is %s', (type, nature) => {
    expect(natureOfType(type)).toBe(nature);
  });
});

describe('which columns are compared', () => {
  const decide = (column: Partial<ColumnSurvey>, overrides = {}, roles = {}) => {
    const columns = new Map([['c', survey(column)]]);
    const { compared, contents, skipped } = decideColumns(columns, columns, overrides, roles);
    if (contents[0]) return `contents: ${contents[0].kind}`;
    return compared[0]?.kind ?? skipped[0]?.reason.split(' ')[0];
  };

  it.each([
    ['numbers', {}, 'numeric'],
    ['a row number', { runs: true }, 'whole'],
    ['a row number, of too few rows to tell', { runs: true, present: 20 }, 'numeric'],
    ['dates', { nature: 'datetime' }, 'dates'],
    ['few categories', { nature: 'text', distinct: 5 }, 'categorical'],
    ['identifiers', { nature: 'text', distinct: 900 }, 'text'],
    ['identifiers of two words', { nature: 'text', distinct: 900, words: 2 }, 'text'],
    ['prose', { nature: 'text', distinct: 900, words: 6 }, 'contents: text'],
    ['categories of many words', { nature: 'text', distinct: 5, words: 6 }, 'categorical'],
    ['lists of numbers', { nature: 'vector' }, 'contents: vector'],
    ['lists', { nature: 'other' }, 'lists'],
    ['nothing at all', { nature: 'text', present: 0, distinct: 0 }, 'no'],
  ] as const)('%s', (_, column, expected) => {
    expect(decide(column)).toBe(expected);
  });

  it('what the user says goes first', () => {
    expect(decide({}, { c: { type: 'categorical' } })).toBe('categorical');
    expect(decide({}, { c: { type: 'skip' } })).toBe('left');
    expect(decide({ nature: 'text', distinct: 5 }, { c: { type: 'text' } })).toBe('contents: text');
    expect(decide({ nature: 'text', distinct: 900 }, { c: { type: 'categorical' } })).toBe('categorical');
  });

  it('a column with a role is compared even if it looks like identifiers', () => {
    expect(decide({ nature: 'text', distinct: 900 }, {}, { prediction: 'c' })).toBe('categorical');
  });

  it('names what only one file has', () => {
    const { missing, extra } = decideColumns(
      new Map([
        ['a', survey()],
        ['b', survey()],
      ]),
      new Map([
        ['b', survey()],
        ['d', survey()],
      ]),
    );
    expect({ missing, extra }).toEqual({ missing: ['a'], extra: ['d'] });
  });
});

describe('the --columns file', () => {
  it('takes a type, or settings', () => {
    const text = 'columns:\n  id: skip\n  age: { type: numeric, min: 0, max: 120, test: [psi, ks] }\n';
    expect(parseColumnsFile(text, 'c.yaml')).toEqual({
      id: { type: 'skip' },
      age: { type: 'numeric', min: 0, max: 120, test: ['psi', 'ks'] },
    });
    expect(parseColumnsFile('id: skip\n', 'c.yaml')).toEqual({ id: { type: 'skip' } });
  });

  it.each([
    ['columns:\n  a: numerc\n', /c\.yaml:2: a: expected one of numeric/],
    ['columns:\n  b: skip\n  a: { treshold: 1 }\n', /c\.yaml:3: a\.treshold is not known; did you mean "threshold"/],
    ['columns:\n  a: { test: psii }\n', /c\.yaml:2: a\.test: there is no drift test "psii"; did you mean "psi"/],
    ['columns: [1]\n', /expected "columns:"/],
    ['columns:\n  a: {\n', /c\.yaml:\d/],
  ])('%j is refused', (text, message) => {
    expect(() => parseColumnsFile(text, 'c.yaml')).toThrow(message);
  });

  it('an unknown test is told with the nearest', () => {
    expect(() => assertTest('kss', '--tests')).toThrow(/did you mean "ks"/);
    expect(() => assertTest('auto', '--tests')).not.toThrow();
  });
});

describe('what kind of file it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-probe-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Buffer) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it.each([
    ['a.csv', 'a,b\n1,2\n', { format: 'csv', gzip: false, delimiter: ',' }],
    ['b.csv', '"a,b";c\n1;2\n', { format: 'csv', gzip: false, delimiter: ';' }],
    ['c.csv.gz', gzipSync('a,b\n1,2\n'), { format: 'csv', gzip: true }],
    ['d.ndjson', '{"a":1}\n', { format: 'jsonl' }],
    ['e', '{"a":1}\n', { format: 'jsonl' }],
    ['f.csv', 'PAR1....', { format: 'parquet' }],
    ['g.bin', 'ARROW1..', { format: 'arrow' }],
  ] as const)('%s', async (name, content, expected) => {
    expect(await probeFile(file(name, content))).toMatchObject(expected);
  });

  it.each([
    ['empty.csv', '', /is empty/],
    ['no.parquet', 'a,b\n', /named like Parquet but does not begin with "PAR1"/],
    ['cut.csv.gz', gzipSync('a,b\n1,2\n').subarray(0, 15), /not a whole gzip file/],
    ['blob', Buffer.from([1, 0, 2]), /binary/],
  ])('%s is refused', async (name, content, message) => {
    await expect(probeFile(file(name, content))).rejects.toThrow(message);
  });

  it('a missing file is told as such', async () => {
    await expect(probeFile(join(folder, 'none.csv'))).rejects.toThrow(/there is no such file/);
  });
});

const numeric = (bins: number[], over: Partial<NumericSummary> = {}): NumericSummary => ({
  ...{ kind: 'numeric', count: bins.reduce((a, b) => a + b, 0), missing: 0, edges: [0, 1, 2], bins },
  ...{ sums: bins.map((n, i) => n * (i - 0.5)), min: 0, max: 2, sum: 0, sumSquares: 0, shift: 0, ...over },
});
const categorical = (values: [string, number][], missing = 0): CategoricalSummary => ({
  ...{ kind: 'categorical', count: values.reduce((sum, [, n]) => sum + n, 0), missing, values, other: 0 },
  distinct: values.length,
});

describe('data quality', () => {
  const judge = (
    reference: NumericSummary | CategoricalSummary,
    current: NumericSummary | CategoricalSummary,
    over: Partial<QualityInput> = {},
  ) => {
    const nature = reference.kind === 'numeric' ? 'number' : 'text';
    const side = (summary: typeof reference) => ({
      ...{ rows: summary.count + summary.missing, duplicates: 0 },
      columns: new Map([
        ['c', survey({ nature, present: summary.count, numbers: nature === 'number' ? summary.count : 0 })],
      ]),
    });
    return judgeQuality({
      decision: { compared: [], contents: [], skipped: [], missing: [], extra: [] },
      ...{ reference: side(reference), current: side(current), overrides: {} },
      summaries: [{ name: 'c', kind: reference.kind, role: 'feature', reference, current }],
      ...over,
    }).map(({ check, severity }) => `${check} ${severity}`);
  };

  it.each([
    ['the same', numeric([0, 500, 500, 0]), numeric([0, 480, 520, 0]), []],
    ['gaps appear', numeric([0, 500, 500, 0]), numeric([0, 450, 450, 0], { missing: 100 }), ['missing_share finding']],
    ['one gap', numeric([0, 500, 500, 0]), numeric([0, 500, 499, 0], { missing: 1 }), ['missing_share note']],
    ['values far out', numeric([0, 500, 500, 0]), numeric([0, 450, 450, 100]), ['range finding']],
    ['one value out', numeric([0, 500, 500, 0]), numeric([0, 500, 499, 1]), ['range note']],
    [
      'a new category',
      categorical([['a', 900]]),
      categorical([
        ['a', 800],
        ['b', 100],
      ]),
      ['new_categories finding'],
    ],
    [
      'a lost category',
      categorical([
        ['a', 800],
        ['b', 100],
      ]),
      categorical([['a', 900]]),
      ['constant finding', 'lost_categories note'],
    ],
    ['all alike', numeric([0, 500, 500, 0]), numeric([0, 0, 900, 0], { min: 1, max: 1 }), ['constant finding']],
  ])('%s', (_, reference, current, expected) => {
    expect(judge(reference, current)).toEqual(expected);
  });

  it('declared limits take no row', () => {
    const overrides = { c: { max: 1.5, missing: 0 } };
    const now = numeric([0, 500, 499, 0], { missing: 1 });
    expect(judge(numeric([0, 500, 500, 0]), now, { overrides })).toEqual(['range finding', 'missing_share finding']);
  });

  it('a column that is gone is a finding, a label that is not yet there a note', () => {
    const decision = { compared: [], contents: [], skipped: [], missing: ['y', 'x'], extra: ['z'] };
    const same = numeric([0, 500, 500, 0]);
    expect(judge(same, same, { decision, label: 'y' })).toEqual([
      'missing_column finding',
      'missing_column note',
      'extra_column note',
    ]);
  });

  it.each([
    [0, '0 %'],
    [0.5, '50 %'],
    [0.00001, 'less than 0.01 %'],
    [0.99995, '99.99 %'],
    [1, '100 %'],
  ])('%s reads %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });
});

describe('the verdict', () => {
  const drift = { verdict: 'no_drift' as const, share: 0, threshold: 0.5, judged: 4, drifted: 0 };
  const bad = {
    check: 'range',
    column: 'a',
    severity: 'finding',
    basis: 'declared',
    reference: null,
    current: null,
    message: '',
  } as const;
  it.each([
    ['nothing', drift, [], [], 'ok'],
    ['drift', { ...drift, verdict: 'drift' as const, drifted: 3 }, [], [], 'findings'],
    ['bad data', drift, [bad], [], 'findings'],
    ['only a note', drift, [{ ...bad, severity: 'note' as const }], [], 'ok'],
    ['worse', drift, [], ['roc_auc'], 'findings'],
    ['too few rows', { ...drift, verdict: 'insufficient' as const, share: null, judged: 0 }, [], [], 'insufficient'],
  ])('%s', (_, drift, quality, worse, verdict) => {
    expect(verdictOf(drift, quality, worse).verdict).toBe(verdict);
  });

  it('a metric is worse only where the intervals lie apart, and notably', () => {
    const side = (value: number, margin: number, n = 1000) => ({
      metrics: { accuracy: { value, lower: value - margin, upper: value + margin, n } },
    });
    expect(worseMetrics('binary', side(0.9, 0.02), side(0.8, 0.02))).toEqual(['accuracy']);
    expect(worseMetrics('binary', side(0.9, 0.06), side(0.8, 0.06))).toEqual([]);
    expect(worseMetrics('binary', side(0.8, 0.02), side(0.9, 0.02))).toEqual([]);
    expect(worseMetrics('binary', side(0.9, 0.02), side(0.8, 0.02, 10))).toEqual([]);
    expect(worseMetrics('binary', { reason: 'no labels' }, side(0.8, 0.02))).toEqual([]);
    // Of a hundred thousand rows a hundredth is certain, and no news.
    expect(worseMetrics('binary', side(0.9, 0.001), side(0.89, 0.001))).toEqual([]);
  });
});

describe('pictures', () => {
  it('spread rows evenly within bins: shares add up to one', () => {
    const wide = numeric([0, ...new Array<number>(40).fill(25), 0], {
      ...{ edges: Array.from({ length: 41 }, (_, i) => i), min: 0, max: 40, sums: new Array<number>(42).fill(1) },
    });
    const { bars, continuous } = toHistogram(wide, wide);
    expect(continuous).toBe(true);
    expect(bars.reduce((sum, bar) => sum + bar.reference, 0)).toBeCloseTo(1, 10);
    expect(Math.max(...bars.slice(1, -2).map((bar) => bar.current))).toBeCloseTo(1 / 32, 2);
  });

  it('are left out where there is nothing', () => {
    const none = numeric([0, 0, 0, 0], { min: null, max: null });
    expect(toHistogram(none, none).bars).toEqual([]);
  });
});

describe('the distribution functions of a report', () => {
  const side = (bins: number[]): NumericSummary => ({
    ...{ kind: 'numeric', count: bins.reduce((a, b) => a + b, 0), missing: 0, edges: [1, 2, 3], bins },
    ...{ sums: bins, min: 0, max: 4, sum: 0, sumSquares: 0, shift: 0 },
  });

  it('rise to the shares below each edge', () => {
    const { points } = toEcdf(side([1, 1, 1, 1]), side([0, 0, 2, 2]))!;
    expect(points.map(({ reference, current }) => [reference, current])).toEqual([
      [0.25, 0],
      [0.5, 0],
      [0.75, 0.5],
    ]);
    expect(points.every(({ at }) => at >= 0 && at <= 1)).toBe(true);
  });

  it('are not drawn of categories, of no rows, or of one value', () => {
    expect(toEcdf(side([0, 0, 0, 0]), side([1, 1, 1, 1]))).toBeNull();
    expect(
      toEcdf(
        { ...side([4, 0, 0, 0]), edges: [1], bins: [4, 0], sums: [4, 0] },
        { ...side([4, 0, 0, 0]), edges: [1], bins: [4, 0], sums: [4, 0] },
      ),
    ).toBeNull();
  });

  it('have at most 60 points, however many bins there are', () => {
    const edges = Array.from({ length: 500 }, (_, i) => i);
    const bins = Array.from({ length: 501 }, () => 2);
    const many: NumericSummary = { ...side([1, 1, 1, 1]), count: 1002, edges, bins, sums: bins, min: -1, max: 500 };
    expect(toEcdf(many, many)!.points.length).toBeLessThanOrEqual(64);
  });
});

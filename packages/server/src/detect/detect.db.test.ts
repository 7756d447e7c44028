import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { LeewayError } from '@leeway/contract';
import { detector } from '@leeway/stats';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDetectCommand } from '../cli/commands/detect.ts';
import { random } from '../testing/models.ts';
import { Warehouse } from '../warehouse/warehouse.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-detect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const N = 6_000;
const chance = random(1);
/** A value that rises at 4,000, an answer that is wrong more often from 3,000 on, and a few gaps. */
const ROWS = Array.from({ length: N }, (_, i) => {
  const label = chance() < 0.5 ? 'yes' : 'no';
  const wrong = chance() < (i < 3_000 ? 0.1 : 0.4);
  const x = i % 500 === 7 ? null : Math.round((chance() + (i < 4_000 ? 0 : 0.5)) * 1e4) / 1e4;
  return { x, label, said: wrong === (label === 'yes') ? 'no' : 'yes', wrong: Number(wrong) };
});

/** What the pure function says of the same values. */
function expected(id: string, values: (number | null)[]) {
  const one = detector(id);
  const state = one.create();
  const drifts: number[] = [];
  for (const [i, value] of values.entries()) if (one.update(state, value ?? Number.NaN) === 'drift') drifts.push(i);
  return drifts;
}
const xs = ROWS.map(({ x }) => x);
const mistakes = ROWS.map(({ wrong }) => wrong);

beforeAll(async () => {
  const csv = ['x,label,said', ...ROWS.map(({ x, label, said }) => `${x ?? ''},${label},${said}`)].join('\n');
  writeFileSync(at('rows.csv'), csv);
  writeFileSync(at('rows.csv.gz'), gzipSync(csv));
  writeFileSync(at('rows.jsonl'), ROWS.map((row) => JSON.stringify(row)).join('\n'));
  writeFileSync(at('numbers.txt'), xs.map((x) => x ?? 'NaN').join('\n'));
  writeFileSync(at('numbers.gz'), gzipSync(xs.map((x) => x ?? '').join('\n')));
  const engine = await Warehouse.scratch(at('engine'));
  for (const [name, format, more] of [
    // Small groups of rows, which several threads would read out of order.
    ['rows.parquet', 'Parquet', ', output_format_parquet_row_group_size = 500'],
    ['rows.arrow', 'Arrow', ''],
  ]) {
    await engine.command(
      `INSERT INTO FUNCTION file('${at(name!)}', ${format}) SELECT x, label, said FROM file('${at('rows.jsonl')}', JSONEachRow,
         'x Nullable(Float64), label String, said String') SETTINGS max_threads = 1, input_format_parallel_parsing = 0, input_format_skip_unknown_fields = 1${more}`,
    );
  }
  await engine.close();
});

async function run(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const program = new Command().exitOverride();
  addDetectCommand(program, { stdout, stderr });
  process.exitCode = undefined;
  await program.parseAsync(['node', 'leeway', 'detect', ...args]);
  const [status, text] = [process.exitCode, String(stdout.read() ?? '')];
  process.exitCode = undefined;
  return { status, text };
}

async function runJson(...args: string[]) {
  const { status, text } = await run(...args, '--json');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const drifts = lines.filter(({ level }) => level === 'drift').map(({ index }) => index as number);
  return { status, drifts, lines, summary: lines.at(-1).summary };
}

const refused = (...args: string[]) =>
  run(...args).then(
    () => Promise.reject(new Error('nothing was wrong')),
    (error: LeewayError) => {
      expect(error).toBeInstanceOf(LeewayError);
      return `${error.code}: ${error.detail}`;
    },
  );

describe('values of a column', () => {
  it.each(['rows.csv', 'rows.csv.gz', 'rows.jsonl', 'rows.parquet', 'rows.arrow'])('%s', async (name) => {
    const { status, drifts, lines, summary } = await runJson('--column', 'x', at(name));
    expect(drifts).toEqual(expected('adwin', xs));
    expect(drifts.length).toBeGreaterThan(0);
    expect(summary).toEqual({ n: N, skipped: 12, warnings: 0, drifts: drifts.length });
    expect(lines[0]).toEqual({ index: drifts[0], level: 'drift', detector: 'adwin' });
    expect(status).toBe(1);
  });

  it.each(['numbers.txt', 'numbers.gz'])('%s, a plain list', async (name) => {
    expect((await runJson(at(name))).drifts).toEqual(expected('adwin', xs));
  });
});

describe('mistakes', () => {
  it.each(['rows.csv', 'rows.jsonl', 'rows.parquet'])('%s, from label and prediction', async (name) => {
    const { drifts, summary } = await runJson(
      '--detector',
      'ddm',
      '--label',
      'label',
      '--prediction',
      'said',
      at(name),
    );
    expect(drifts).toEqual(expected('ddm', mistakes));
    expect(summary.warnings).toBeGreaterThan(0);
  });

  it('of a regression are distances, and of numbers written in two ways there are none', async () => {
    writeFileSync(at('scores.csv'), `y,p\n${'1,1.0\n2.0,2\ntrue,1\n'.repeat(300)}${'1,9\n'.repeat(300)}`);
    const both = ['--label', 'y', '--prediction', 'p', at('scores.csv')];
    expect((await runJson('--detector', 'fhddm', ...both)).drifts[0]).toBeGreaterThan(900);
    const { drifts } = await runJson('--detector', 'page_hinkley', '--task', 'regression', ...both);
    expect(drifts[0]).toBe(expected('page_hinkley', [...Array(900).fill(0), ...Array(300).fill(8)])[0]);
  });
});

describe('--state', () => {
  it('two runs over the halves say what one run over the whole says', async () => {
    const state = at('state.json');
    const found: number[] = [];
    for (const [i, half] of [xs.slice(0, 4_050), xs.slice(4_050)].entries()) {
      writeFileSync(at(`half-${i}.txt`), half.map((x) => x ?? 'NaN').join('\n'));
      found.push(...(await runJson('--detector', 'ewma', '--state', state, at(`half-${i}.txt`))).drifts);
    }
    expect(found).toEqual(expected('ewma', xs));
    expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({ detector: 'ewma', n: N - 12, skipped: 12 });
    expect(await refused('--state', state, at('numbers.txt'))).toMatch(
      /bad_option: .*is the state of ewma, and --detector says adwin/,
    );
    expect(await refused('--detector', 'ewma', '--set', 'alpha=0.5', '--state', state, at('numbers.txt'))).toMatch(
      /was begun with alpha=0.1, and --set says 0.5/,
    );
    writeFileSync(at('broken.json'), '{"detector":"ewma"}');
    expect(await refused('--detector', 'ewma', '--state', at('broken.json'), at('numbers.txt'))).toMatch(
      /file_unreadable: .*no state/,
    );
  });
});

it('text for a person: the answer first, then where', async () => {
  const { status, text } = await run('--column', 'x', at('rows.csv'));
  expect(text).toMatch(
    /^1 drift {2}adwin, 6000 values, 12 of them without a value\n\n {2}[▁-█]+\n +▲\n {2}drift at 4\d\d\d\n$/,
  );
  expect(status).toBe(1);
  writeFileSync(at('flat.csv'), `x\n${'1\n'.repeat(100)}`);
  expect(await run(at('flat.csv'))).toMatchObject({
    status: 0,
    text: expect.stringMatching(/^no drift {2}adwin, 100 values/),
  });
});

describe('what is wrong is said, and what to do', () => {
  it.each([
    [['--column', 'X2', 'rows.csv'], /column_missing: .*has no column "X2"/],
    [['rows.csv'], /bad_option: .*has 3 columns; say --column with one of x, label, said/],
    [
      ['--detector', 'ddm', '--column', 'x', 'rows.csv'],
      /value 1 is [\d.]+, and ddm takes mistakes: .*--label and --prediction make them/,
    ],
    [['--set', 'delta', 'rows.csv'], /--set delta: expected name=value/],
    [['--set', 'delta=2', 'rows.csv'], /--set: adwin: delta must be a number above 0 and below 1, got 2/],
    [['--set', 'delt=2', 'rows.csv'], /adwin has no parameter "delt": it has delta, clock/],
    [['--label', 'label', 'rows.csv'], /--prediction is missing/],
    [
      ['--detector', 'ddm', '--task', 'regression', '--label', 'x', '--prediction', 'x', 'rows.csv'],
      /use one of adwin, page_hinkley/,
    ],
    [['--column', 'x', 'numbers.txt'], /is a list of numbers without columns/],
    [['nowhere.csv'], /file_unreadable: .*there is no such file/],
  ])('%j', async (args, message) => {
    const file = args.at(-1)!;
    expect(await refused(...args.slice(0, -1), at(file))).toMatch(message);
  });

  it('a line of a list that is no number', async () => {
    writeFileSync(at('bad.txt'), '1\n2\nthree\n');
    expect(await refused(at('bad.txt'))).toMatch(/bad.txt: line 3: expected a number, got "three"/);
  });
});

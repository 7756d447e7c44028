import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { random } from '../testing/models.ts';
import { Warehouse } from '../warehouse/warehouse.ts';
import { checkFiles } from './check-files.ts';
import type { CheckOptions } from './options.ts';
import { renderText } from './render/text.ts';
import { CheckResult } from './result.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-contents-'));
afterAll(() => rmSync(folder, { recursive: true }));

const WORDS = 'the bus was late again and nobody told us when it would come so we walked home in the rain'.split(' ');
const NEW_WORDS = 'refund please my invoice shows two charges and support never answers mails about billing'.split(' ');

function rowsOf(seed: number, changed: boolean) {
  const chance = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Array.from({ length: 600 }, (_, i) => {
    const words = changed && i % 2 === 0 ? NEW_WORDS : WORDS;
    const text = Array.from(
      { length: 8 + Math.floor(chance() * 6) },
      () => words[Math.floor(chance() * words.length)]!,
    );
    return {
      token: `${seed}-${i}`,
      review: i % 30 === 0 ? null : text.join(' '),
      embedding:
        i % 20 === 0 ? null : [2, 1, 0].map((mean) => Number((mean + (changed ? -1 : 0) + normal()).toFixed(4))),
      x: normal(),
    };
  });
}
const write = (name: string, rows: object[]) => {
  const path = join(folder, name);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
};
const reference = write('reference.jsonl', rowsOf(1, false));
const same = write('same.jsonl', rowsOf(2, false));
const changed = write('changed.jsonl', rowsOf(3, true));

async function check(options: Partial<CheckOptions>) {
  const { result } = await checkFiles({ reference, current: same, ...options });
  const parsed = CheckResult.parse(JSON.parse(JSON.stringify(result)));
  if ('status' in parsed.contents) throw new Error(parsed.contents.reason);
  return { ...parsed, contents: parsed.contents };
}

test('prose is compared as text, lists of numbers as vectors, and identifiers stay left out', async () => {
  const { contents, drift, verdict } = await check({});
  expect(contents.texts.map(({ column, drifted }) => [column, drifted])).toEqual([['review', false]]);
  expect(contents.vectors.map(({ column, drifted, dimension }) => [column, drifted, dimension])).toEqual([
    ['embedding', false, 3],
  ]);
  expect(drift.skipped.map(({ column }) => column)).toEqual(['token']);
  expect(drift.columns.map(({ column }) => column)).toEqual(['x']);
  expect(verdict).toBe('ok');
});

test('other words and moved vectors are findings, and are shown', async () => {
  const result = await check({ current: changed });
  const [text] = result.contents.texts;
  const [vector] = result.contents.vectors;
  expect([text!.drifted, text!.unseen.drifted, text!.domain.drifted]).toEqual([true, true, true]);
  for (const { token } of text!.tokens.current) expect(NEW_WORDS).toContain(token);
  expect(vector).toMatchObject({ drifted: true, component_share: 1, mmd: { drifted: true } });
  expect(vector!.current.missing).toBe(30);
  expect(result.verdict).toBe('findings');
  const shown = renderText(result, { color: false, width: 100 });
  expect(shown).toContain('review: more often in the current file: ');
  expect(shown).toMatch(/embedding \(3\)/);
});

test('vectors of Parquet are read, and --columns may say what a column is', async () => {
  const engine = await Warehouse.scratch(join(folder, 'engine'));
  const paths: string[] = [];
  for (const [name, shift] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    paths.push(join(folder, `${name}.parquet`));
    const v = `arrayMap(i -> toFloat32(cityHash64(number, i, '${name}') % 1000 / 1000 + ${shift}), range(8))`;
    await engine.exportParquet(
      paths.at(-1)!,
      `SELECT number % 7 AS x, ${v} AS v, 'one of ' || toString(number % 3) AS note FROM numbers(400)`,
    );
  }
  await engine.close();
  const [before, after] = paths as [string, string];
  const { contents } = await check({ reference: before, current: after, columns: { note: { type: 'text' } } });
  expect(contents.vectors).toMatchObject([{ column: 'v', dimension: 8, drifted: true, component_share: 1 }]);
  expect(contents.texts).toMatchObject([{ column: 'note', drifted: false }]);
});

test('a column without a text or a vector on one side is no verdict, and no error', async () => {
  const empty = write('empty.jsonl', [{ token: 'a', review: null, embedding: null, x: 1 }]);
  const { contents } = await check({
    current: empty,
    columns: { review: { type: 'text' }, embedding: { type: 'vector' } },
  });
  expect([...contents.texts, ...contents.vectors].map(({ drifted }) => drifted)).toEqual([null, null]);
});

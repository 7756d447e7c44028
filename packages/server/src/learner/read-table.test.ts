import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readTable } from './read-table.ts';

const file = fileURLToPath(new URL('./testdata/types.parquet', import.meta.url));

test('reads numbers of every kind, over row groups; what is missing is NaN', async () => {
  const { rows, columns } = await readTable(
    file,
    new Map([
      ['double', 'numeric'],
      ['int', 'numeric'],
      ['bool', 'numeric'],
    ]),
  );
  expect(rows).toBe(5);
  const values = (name: string) => {
    const column = columns.get(name)!;
    return column.kind === 'numeric' ? Array.from(column.values) : null;
  };
  expect(values('double')).toEqual([1.5, Number.NaN, Number.NaN, -2, 0]);
  expect(values('int')).toEqual([1, 2, Number.NaN, 4, 2 ** 40]);
  expect(values('bool')).toEqual([1, Number.NaN, 0, 1, 0]);
});

test('reads strings as codes of a dictionary; missing and empty ones are -1', async () => {
  const { columns } = await readTable(
    file,
    new Map([
      ['text', 'categorical'],
      ['dictionary', 'categorical'],
      ['code', 'categorical'],
    ]),
  );
  expect(columns.get('text')).toEqual({
    kind: 'categorical',
    codes: Int32Array.of(0, 1, -1, -1, 0),
    categories: ['b', 'a'],
  });
  expect(columns.get('dictionary')).toMatchObject({ codes: Int32Array.of(0, 1, 0, -1, 0), categories: ['x', 'y'] });
  expect(columns.get('code')).toMatchObject({ codes: Int32Array.of(0, 1, 0, 0, -1), categories: ['7', '8'] });
});

test('names the columns that lack, and those that are there', async () => {
  await expect(readTable(file, new Map([['delay', 'numeric']]))).rejects.toThrow(
    /lacks delay; it has double, int, bool/,
  );
});

test('a text in a column of numbers is an error that says where', async () => {
  await expect(readTable(file, new Map([['text', 'numeric']]))).rejects.toThrow(
    'column text, row 0: expected a number, got the string "b"',
  );
});

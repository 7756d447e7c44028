import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { random } from '../testing/models.ts';
import { checkFiles } from './check-files.ts';
import { parseMethods } from './multivariate.ts';
import type { CheckOptions } from './options.ts';
import { renderText } from './render/text.ts';
import { CheckResult } from './result.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-together-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Rows whose columns each look the same under any sign, while x and y move together or against each other. */
function file(name: string, seed: number, sign: 1 | -1): string {
  const chance = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  const lines = Array.from({ length: 1500 }, () => {
    const x = normal();
    const y = 0.9 * sign * x + 0.44 * normal();
    return [x.toFixed(4), chance() < 0.05 ? '' : y.toFixed(4), normal().toFixed(4), chance() < 0.4 ? 'a' : 'b'].join();
  });
  const path = join(folder, name);
  writeFileSync(path, `x,y,z,kind\n${lines.join('\n')}\n`);
  return path;
}
const reference = file('reference.csv', 1, 1);
const same = file('same.csv', 2, 1);
const turned = file('turned.csv', 3, -1);

async function check(current: string, options: Partial<CheckOptions>) {
  const { result } = await checkFiles({ reference, current, ...options });
  return CheckResult.parse(JSON.parse(JSON.stringify(result)));
}

test('columns that turn against each other are found together, and not alone', async () => {
  const result = await check(turned, { multivariate: parseMethods(true) });
  expect(result.drift.drifted).toBe(0);
  const { multivariate } = result;
  if ('status' in multivariate) throw new Error(multivariate.reason);
  expect(multivariate.methods.map(({ method, drifted }) => [method, drifted])).toEqual([
    ['pca', true],
    ['domain_classifier', true],
    ['mmd', true],
  ]);
  expect(
    multivariate.separating
      .slice(0, 2)
      .map(({ column }) => column)
      .sort(),
  ).toEqual(['x', 'y']);
  expect(result.verdict).toBe('findings');
  expect(result.reasons.join()).toContain('all features together');
  const text = renderText(result, { color: false, width: 100 });
  expect(text).toContain('PCA reconstruction error');
  expect(text).toContain('What tells the files apart');
});

test('rows of one source are quiet', async () => {
  const { multivariate } = await check(same, { multivariate: ['pca', 'domain_classifier', 'mmd'] });
  if ('status' in multivariate) throw new Error(multivariate.reason);
  expect(multivariate.methods.map(({ drifted }) => drifted)).toEqual([false, false, false]);
});

test('it is off unless asked for, and a method that is not there is named', async () => {
  expect((await check(same, {})).multivariate).toMatchObject({ status: 'not_available' });
  expect(parseMethods('mmd, pca')).toEqual(['mmd', 'pca']);
  expect(() => parseMethods('umap')).toThrow('there is no method "umap"');
});

test('too few rows are no verdict', async () => {
  const small = join(folder, 'small.csv');
  writeFileSync(small, 'x,y,z,kind\n1,2,3,a\n2,,1,b\n');
  const { multivariate } = await check(small, { multivariate: parseMethods(true) });
  if ('status' in multivariate) throw new Error(multivariate.reason);
  expect(multivariate.methods.map(({ drifted }) => drifted)).toEqual([null, null, null]);
  for (const { reason } of multivariate.methods) expect(reason).not.toBeNull();
});

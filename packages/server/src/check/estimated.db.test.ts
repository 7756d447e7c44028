import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { random } from '../testing/models.ts';
import { checkFiles } from './check-files.ts';
import type { CheckOptions } from './options.ts';
import { renderText } from './render/text.ts';
import { CheckResult } from './result.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  [column: string]: string | number;
}

/** A classifier whose scores say too much, and a regression whose error grows with x. */
function rowsOf(n: number, seed: number, shift = 0): Row[] {
  const chance = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Array.from({ length: n }, () => {
    const x = normal() + shift;
    const kind = chance() < 0.5 ? 'a' : 'b';
    const z = x + (kind === 'a' ? 0.5 : -0.5);
    const amount = 20 + 3 * x;
    return {
      ...{ x, kind, p: 1 / (1 + Math.exp(-2 * z)), y: chance() < 1 / (1 + Math.exp(-z)) ? 1 : 0 },
      ...{ said: amount, paid: amount + (0.5 + Math.exp(x / 2)) * normal() },
    };
  });
}

function write(name: string, rows: Row[], without: string[] = []): string {
  const columns = Object.keys(rows[0]!).filter((column) => !without.includes(column));
  const lines = [columns.join(','), ...rows.map((row) => columns.map((column) => row[column]).join(','))];
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const reference = write('reference.csv', rowsOf(4000, 1));
const shifted = rowsOf(3000, 2, 0.6);
const unlabelled = write('unlabelled.csv', shifted, ['y', 'paid']);
const labelled = write('labelled.csv', shifted);
const binary = { label: 'y', score: 'p', reference, estimate: 'auto' } as const;
const regression = { label: 'paid', prediction: 'said', task: 'regression', reference, estimate: 'auto' } as const;
const accuracy = shifted.filter(({ p, y }) => (Number(p) >= 0.5 ? 1 : 0) === y).length / shifted.length;
const mae = shifted.reduce((sum, { said, paid }) => sum + Math.abs(Number(said) - Number(paid)), 0) / shifted.length;

async function estimate(options: CheckOptions) {
  const { result } = await checkFiles(options);
  const { estimated } = CheckResult.parse(JSON.parse(JSON.stringify(result)));
  if (!('metrics' in estimated!))
    return { absent: estimated!.reason, text: renderText(result, { color: false, width: 120 }) };
  return { ...estimated, text: renderText(result, { color: false, width: 120 }) };
}

const found = async (options: CheckOptions) => {
  const result = await estimate(options);
  if (!('metrics' in result)) throw new Error(`absent: ${result.absent}`);
  return result;
};

describe('performance of a file without labels', () => {
  it('is estimated from the scores: near what the labels will show, and within the interval', async () => {
    const { method, metrics, withdrawn, text } = await found({ ...binary, current: unlabelled });
    expect({ method, withdrawn }).toEqual({ method: 'cbpe', withdrawn: null });
    const { value, lower, upper, n, realized, reference: before } = metrics['accuracy']!;
    expect(n).toBe(3000);
    expect(Math.abs(value! - accuracy)).toBeLessThan(0.025);
    expect(lower! <= accuracy && accuracy <= upper!).toBe(true);
    expect(realized).toBeNull();
    expect(before).toBeGreaterThan(0.6);
    expect(text).toMatch(/Estimated performance/i);
    expect(text).toMatch(/cbpe, from the labels of the reference/);
  });

  it('stands beside what the labels show, where there are some; these are not looked at for it', async () => {
    const without = await found({ ...binary, current: unlabelled });
    const { metrics } = await found({ ...binary, current: labelled });
    expect(metrics['accuracy']!.realized).toBeCloseTo(accuracy, 9);
    for (const [id, { realized: _, ...same }] of Object.entries(metrics)) {
      expect(without.metrics[id]).toMatchObject(same);
    }
  });

  it('of a regression is learned from its losses', async () => {
    const { method, metrics, worse } = await found({ ...regression, current: unlabelled });
    expect(method).toBe('dle');
    expect(Math.abs(metrics['mae']!.value! / mae - 1)).toBeLessThan(0.07);
    expect(metrics['mae']!.reference!).toBeLessThan(mae * 0.85);
    expect(worse).toContain('mae');
  });

  it('may be estimated from a reference that is weighted like it', async () => {
    for (const [options, id, truth] of [
      [binary, 'accuracy', accuracy],
      [regression, 'mae', mae],
    ] as const) {
      const { metrics, withdrawn } = await found({ ...options, estimate: 'importance_weighted', current: unlabelled });
      expect(withdrawn).toBeNull();
      expect(Math.abs(metrics[id]!.value! / truth - 1)).toBeLessThan(0.1);
    }
  });

  it.each([
    ['values are new', { ...binary, current: write('far.csv', rowsOf(500, 3, 8), ['y']) }, 'unseen_values'],
    [
      'labels are few',
      { ...binary, reference: write('few.csv', rowsOf(60, 4)), current: unlabelled },
      'too_few_labels',
    ],
    [
      'losses are few',
      { ...regression, reference: write('less.csv', rowsOf(60, 4)), current: unlabelled },
      'too_few_labels',
    ],
  ])('is withdrawn where %s', async (_, options, code) => {
    const { metrics, withdrawn, text } = await found(options);
    expect(withdrawn!.code).toBe(code);
    expect(metrics).toEqual({});
    expect(text).toMatch(/withdrawn, /);
  });

  it('is absent where it was not asked for, or cannot be', async () => {
    const { estimate: _, ...unasked } = binary;
    expect(await estimate({ ...unasked, current: unlabelled })).toMatchObject({ absent: '--estimate was not given' });
    expect(await estimate({ ...binary, score: undefined, prediction: 'kind', current: unlabelled })).toMatchObject({
      absent: 'cbpe needs --score',
    });
    await expect(estimate({ ...binary, estimate: 'dle', current: unlabelled })).rejects.toThrow(
      /dle is not for a binary task/,
    );
  });
});

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

const CLASSES = ['big cat', 'dog', "owl's"];
const scores = { dog: 'p_dog', "owl's": 'owl', 'big cat': 'cat' };
type Row = Record<'x' | 'cat' | 'p_dog' | 'owl', number> & { kind: string; said: string };

/** A classifier of three classes whose scores say too much. */
function rowsOf(n: number, seed: number, shift = 0): Row[] {
  const chance = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Array.from({ length: n }, () => {
    const x = normal() + shift;
    const logits = [x, 0.5 * normal(), -x];
    const share = (sharpness: number) => {
      const raw = logits.map((z) => Math.exp(sharpness * z));
      return raw.map((value) => value / raw.reduce((a, b) => a + b, 0));
    };
    const [cat, dog, owl] = share(2) as [number, number, number];
    const [a, b] = share(1) as [number, number, number];
    const u = chance();
    const best = [cat, dog, owl].indexOf(Math.max(cat, dog, owl));
    return { ...{ x, cat, p_dog: dog, owl }, kind: CLASSES[u < a ? 0 : u < a + b ? 1 : 2]!, said: CLASSES[best]! };
  });
}

function write(name: string, rows: Row[], without: string[] = []): string {
  const columns = Object.keys(rows[0]!).filter((column) => !without.includes(column)) as (keyof Row)[];
  const path = join(folder, name);
  writeFileSync(
    path,
    `${[columns.join(','), ...rows.map((row) => columns.map((c) => row[c]).join(','))].join('\n')}\n`,
  );
  return path;
}

const reference = write('reference.csv', rowsOf(4000, 1));
const shifted = rowsOf(3000, 2, 0.7);
const options = { reference, label: 'kind', scores } as const;

async function check(given: CheckOptions) {
  const { result } = await checkFiles(given);
  return {
    ...CheckResult.parse(JSON.parse(JSON.stringify(result))),
    text: renderText(result, { color: false, width: 120 }),
  };
}

describe('probabilities of several classes', () => {
  it('are measured: log loss, AUC of each class and of all, Brier score', async () => {
    const current = write('labelled.csv', shifted);
    const { performance, drift, text } = await check({ ...options, current });
    if ('status' in performance) throw new Error(performance.reason);
    const { metrics, detail } = performance.current;
    const ofTrue = shifted.map((row) => row[(['cat', 'p_dog', 'owl'] as const)[CLASSES.indexOf(row.kind)]!]);
    const loss = ofTrue.reduce((sum, p) => sum - Math.log(p), 0) / shifted.length;
    expect(metrics!['log_loss']!.value).toBeCloseTo(loss, 6);
    expect(metrics!['accuracy']!.value).toBeCloseTo(shifted.filter(({ kind, said }) => kind === said).length / 3000, 9);
    if (detail?.task !== 'multiclass') throw new Error('no detail');
    expect(detail).toMatchObject({ labels: CLASSES, rescaled: 0 });
    const areas = detail.classes.map((one) => (one['roc_auc'] as { value: number }).value);
    expect(areas.reduce((sum, area) => sum + area, 0) / 3).toBeCloseTo(metrics!['roc_auc_ovr']!.value!, 9);
    expect(performance.assumed).toContain('the class of the highest score as prediction');
    expect(drift.columns.filter(({ role }) => role === 'score').map(({ column }) => column)).toHaveLength(3);
    expect(text).toMatch(/Log loss/);
  });

  it('are scaled where they do not sum to 1, and that is told', async () => {
    const current = write(
      'doubled.csv',
      shifted.map((row) => ({ ...row, cat: row.cat / 2, p_dog: row.p_dog / 2, owl: row.owl / 2 })),
    );
    const { performance } = await check({ ...options, prediction: 'said', current });
    if ('status' in performance || performance.current.detail?.task !== 'multiclass') throw new Error('no detail');
    expect(performance.current.detail.rescaled).toBe(3000);
    expect(performance.current.metrics!['log_loss']!.reason).toBe('rescaled');
  });

  it('give estimates of a file without labels, near what they will show', async () => {
    const unlabelled = write('unlabelled.csv', shifted, ['kind']);
    const { estimated } = await check({ ...options, estimate: 'auto', current: unlabelled });
    if ('status' in estimated) throw new Error(estimated.reason);
    expect(estimated).toMatchObject({ method: 'cbpe', withdrawn: null });
    const { estimated: beside, performance } = await check({
      ...{ ...options, estimate: 'auto' },
      current: write('labels.csv', shifted),
    });
    if ('status' in beside || 'status' in performance) throw new Error('not measured');
    for (const id of ['accuracy', 'f1_macro', 'roc_auc_ovr', 'log_loss', 'brier_score']) {
      const shown = performance.current.metrics![id]!.value!;
      const { value, lower, upper } = estimated.metrics[id]!;
      expect(Math.abs(value! / shown - 1), id).toBeLessThan(0.06);
      expect(lower! < shown && shown < upper!, id).toBe(true);
      expect(beside.metrics[id]!.realized, id).toBeCloseTo(shown, 3);
      expect(beside.metrics[id]!.value, id).toBeCloseTo(value!, 9);
    }
  });

  it('are not estimated where a class has few labels', async () => {
    const few = write(
      'few.csv',
      rowsOf(4000, 1).filter(({ kind }, i) => kind !== 'dog' || i % 200 === 0),
    );
    const { estimated } = await check({
      ...options,
      estimate: 'auto',
      reference: few,
      current: write('now.csv', shifted),
    });
    if ('status' in estimated) throw new Error(estimated.reason);
    expect(estimated.withdrawn).toMatchObject({ code: 'too_few_labels', reason: expect.stringMatching(/class "dog"/) });
  });

  it.each([
    ['without --scores', { label: 'kind', prediction: 'said', estimate: 'auto' }, { absent: /needs --scores/ }],
    ['by losses', { ...options, estimate: 'dle' }, { error: /dle is not for a multiclass task; there is cbpe/ }],
    [
      'of two classes',
      { ...options, task: 'binary' },
      { error: /--scores is for a multiclass task, and this one is binary/ },
    ],
    [
      'of a column that is not there',
      { ...options, scores: { dog: 'p_dgo', cat: 'cat' } },
      { error: /--scores names "p_dgo".*Their columns: x, cat, p_dog/ },
    ],
  ] as const)('cannot be had %s', async (_, given, expected) => {
    const run = check({ reference, ...given, current: write('other.csv', shifted) } as CheckOptions);
    if ('error' in expected) return expect(run).rejects.toThrow(expected.error);
    expect((await run).estimated).toMatchObject({ reason: expect.stringMatching(expected.absent) });
  });
});

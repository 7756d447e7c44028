import { GateConfig } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluation.ts';
import { thinRows } from './gates/rows.ts';
import { evidenceOf } from './gates/testdata/evidence.ts';

const gates = (...given: object[]) => given.map((gate) => GateConfig.parse(gate));
const input = (rows: number, blur: number, ...given: object[]) => ({
  ...evidenceOf({ rows, blur }),
  gates: gates(...given),
});
const compare = (metric: string) => ({ type: 'compare', metric, draws: 300 });

describe('evaluate', () => {
  it('is the same each time', () => {
    const given = input(2000, 0.3, compare('log_loss'));
    expect(evaluate(given)).toEqual(evaluate(given));
  });

  it('measures both models and draws their calibration', () => {
    const { metrics, calibration, usedRows } = evaluate(input(2000, 0.5));
    expect(metrics.challenger['log_loss']!.value).toBeLessThan(metrics.champion!['log_loss']!.value!);
    expect(usedRows).toBe(2000);
    expect(calibration!.challenger.reduce((sum, { n }) => sum + n, 0)).toBe(2000);
    expect(calibration!.champion).not.toBeNull();
    const alone = { ...input(500, 0), champion: null, withoutChampion: 'no_champion' as const };
    expect(evaluate(alone)).toMatchObject({ metrics: { champion: null }, calibration: { champion: null } });
  });

  it('takes fewer rows evenly over time', () => {
    const all = evidenceOf({ rows: 1000 });
    const { times, labels, columns } = thinRows(all, 250);
    expect([labels.length, times[0], times[249]]).toEqual([250, all.times[0], all.times[996]]);
    expect(columns.get('customer')).toMatchObject({ values: { length: 250 } });
    expect(thinRows(all, 1000)).toBe(all);
  });

  it('leaves out what needs a probability when there is none', () => {
    const given = input(1000, 0.2, compare('log_loss'));
    const result = evaluate({ ...given, challenger: { ...given.challenger, scores: null } });
    expect(result.metrics.challenger).toMatchObject({
      log_loss: { value: null },
      roc_auc: { value: null },
      accuracy: { value: expect.any(Number) },
    });
    expect(result.gates[0]).toMatchObject({ verdict: 'inconclusive', reason: 'not_comparable' });
    expect(result.calibration).toBeNull();
    expect(result.profile).toMatchObject({ of: 'prediction', summary: { kind: 'categorical', count: 1000 } });
  });

  it('profiles the scores over their percentiles', () => {
    const { profile } = evaluate(input(2000, 0.2));
    expect(profile).toMatchObject({ of: 'score', summary: { kind: 'numeric', count: 2000, missing: 0 } });
    const { bins } = profile.summary as { bins: readonly number[] };
    expect([bins[0], bins.at(-1)]).toEqual([0, 0]);
    expect(Math.max(...bins)).toBeLessThan(30);
  });

  it('knows several classes, and numbers', () => {
    const base = input(900, 0, compare('accuracy'));
    const labels = Float64Array.from({ length: 900 }, (_, i) => i % 3);
    const wrong = labels.map((label, i) => (i % 2 ? label : (label + 1) % 3));
    const models = { challenger: { predicted: labels, scores: null }, champion: { predicted: wrong, scores: null } };
    const classes = evaluate({ ...base, ...models, task: 'multiclass', classes: ['a', 'b', 'c'], labels });
    expect(classes.gates[0]).toMatchObject({ verdict: 'pass', champion: 0.5, challenger: 1 });
    const numbers = evaluate({ ...base, ...models, task: 'regression', labels, gates: gates(compare('rmse')) });
    expect(numbers.gates[0]).toMatchObject({ verdict: 'pass', challenger: 0 });
    expect(numbers.profile).toMatchObject({ of: 'prediction', summary: { kind: 'numeric' } });
  });

  it('measures and compares the probabilities of several classes, and profiles them', () => {
    const base = input(1200, 0, compare('log_loss'));
    const labels = Float64Array.from({ length: 1200 }, (_, i) => i % 3);
    const said = (sure: number) => ({
      ...{ predicted: labels, scores: null },
      // Of the class "c" nothing is given: its probability is 0.
      ofClasses: new Map(['a', 'b'].map((name, k) => [name, labels.map((label) => (label === k ? sure : 1 - sure))])),
    });
    const given = { ...base, task: 'multiclass' as const, classes: ['a', 'b', 'c'], labels };
    const found = evaluate({ ...given, challenger: said(0.9), champion: said(0.6) });
    expect(found.gates[0]).toMatchObject({ verdict: 'pass', n: 1200 });
    const losses = (-2 * Math.log(0.9) + 52 * Math.LN2) / 3;
    expect(found.metrics.challenger['log_loss']!.value).toBeCloseTo(losses, 9);
    expect(found.gates[0]!.challenger).toBeCloseTo(losses, 9);
    // "a" and "b" are told without error, "c" by nothing.
    expect(found.metrics.challenger['roc_auc_ovr']!.value).toBeCloseTo(2.5 / 3, 9);
    expect(found.profile.of).toBe('prediction');
    expect([...found.classProfiles.keys()]).toEqual(['a', 'b']);
    expect(found.classProfiles.get('a')).toMatchObject({ kind: 'numeric', count: 1200 });
    const without = { ...said(0.9), ofClasses: undefined };
    expect(evaluate({ ...given, challenger: without, champion: said(0.6) }).gates[0]).toMatchObject({
      reason: 'not_comparable',
    });
  });
});

import { GateConfig } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { type EvaluationInput, evaluate } from './evaluation.ts';

/** Rows over days; the champion's scores are the challenger's, blurred by `blur`. */
function input(rows: number, days: number, blur: number, metric = 'log_loss'): EvaluationInput {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const truth = Float64Array.from({ length: rows }, () => 0.05 + 0.9 * random());
  const labels = truth.map((p) => (random() < p ? 1 : 0));
  const blurred = truth.map((p) => p * (1 - blur) + blur * random());
  const said = (scores: Float64Array) => ({ scores, predicted: scores.map((p) => (p >= 0.5 ? 1 : 0)) });
  return {
    task: 'binary',
    labels,
    classes: ['0', '1'],
    days: Int32Array.from({ length: rows }, (_, i) => Math.floor((i * days) / rows)),
    challenger: said(truth),
    champion: said(blurred),
    withoutChampion: null,
    gates: [GateConfig.parse({ type: 'compare', metric })],
    minimumRows: 200,
    seed: 11,
  };
}

describe('evaluate', () => {
  it('passes a challenger that is better, fails one that is worse, and cannot tell equals apart', () => {
    const better = input(3000, 7, 0.5);
    expect(evaluate(better).gates[0]).toMatchObject({ verdict: 'pass', n: 3000 });
    const worse = { ...better, champion: better.challenger, challenger: better.champion! };
    expect(evaluate(worse).gates[0]!.verdict).toBe('fail');
    const same = { ...better, champion: better.challenger };
    expect(evaluate(same).gates[0]).toMatchObject({ verdict: 'inconclusive', difference: 0 });
  });

  it('is the same each time', () => {
    const given = input(2000, 7, 0.3);
    expect(evaluate(given)).toEqual(evaluate(given));
  });

  it('draws whole days when there are enough of them, and rows otherwise', () => {
    // All rows of a day alike: as many days as there are, that is all there is to know.
    const alike = input(3000, 6, 0.3);
    for (const side of [alike.challenger, alike.champion!]) {
      side.scores!.set(side.scores!.map((_, i) => side.scores![Math.floor(i / 500) * 500]!));
    }
    alike.labels.set(alike.labels.map((_, i) => alike.labels[Math.floor(i / 500) * 500]!));
    const width = (given: EvaluationInput) => {
      const { lower, upper } = evaluate(given).gates[0]!;
      return upper! - lower!;
    };
    expect(width(alike)).toBeGreaterThan(5 * width({ ...alike, days: new Int32Array(3000) }));
  });

  it('leaves out what needs a probability when there is none', () => {
    const given = input(1000, 7, 0.2);
    const { metrics, gates, profile } = evaluate({ ...given, challenger: { ...given.challenger, scores: null } });
    expect(metrics).toMatchObject({ log_loss: null, roc_auc: null, accuracy: expect.any(Number) });
    expect(gates[0]).toMatchObject({ verdict: 'inconclusive', reason: 'not_comparable' });
    expect(profile).toMatchObject({ of: 'prediction', summary: { kind: 'categorical', count: 1000 } });
  });

  it('profiles the scores over their percentiles', () => {
    const { profile } = evaluate(input(2000, 7, 0.2));
    expect(profile).toMatchObject({ of: 'score', summary: { kind: 'numeric', count: 2000, missing: 0 } });
    const { bins } = profile.summary as { bins: readonly number[] };
    expect([bins[0], bins.at(-1)]).toEqual([0, 0]);
    expect(Math.max(...bins)).toBeLessThan(30);
  });

  it('knows several classes, and numbers', () => {
    const base = { ...input(900, 9, 0), gates: [GateConfig.parse({ type: 'compare', metric: 'accuracy' })] };
    const labels = Float64Array.from({ length: 900 }, (_, i) => i % 3);
    const wrong = labels.map((label, i) => (i % 2 ? label : (label + 1) % 3));
    const classes = evaluate({
      ...{ ...base, task: 'multiclass', classes: ['a', 'b', 'c'], labels },
      ...{ challenger: { predicted: labels, scores: null }, champion: { predicted: wrong, scores: null } },
    });
    expect(classes.gates[0]).toMatchObject({ verdict: 'pass', champion: 0.5, challenger: 1 });
    const numbers = evaluate({
      ...{ ...base, task: 'regression', labels, gates: [GateConfig.parse({ type: 'compare', metric: 'rmse' })] },
      ...{ challenger: { predicted: labels, scores: null }, champion: { predicted: wrong, scores: null } },
    });
    expect(numbers.gates[0]).toMatchObject({ verdict: 'pass', challenger: 0 });
    expect(numbers.profile).toMatchObject({ of: 'prediction', summary: { kind: 'numeric' } });
  });

  it('measures and compares the probabilities of several classes, and profiles them', () => {
    const base = { ...input(1200, 9, 0), gates: [GateConfig.parse({ type: 'compare', metric: 'log_loss' })] };
    const labels = Float64Array.from({ length: 1200 }, (_, i) => i % 3);
    const said = (sure: number) => ({
      ...{ predicted: labels, scores: null },
      // Of the class "c" nothing is given: its probability is 0.
      ofClasses: new Map(['a', 'b'].map((name, k) => [name, labels.map((label) => (label === k ? sure : 1 - sure))])),
    });
    const given = { ...base, task: 'multiclass' as const, classes: ['a', 'b', 'c'], labels };
    const { gates, metrics, classProfiles, profile } = evaluate({
      ...given,
      challenger: said(0.9),
      champion: said(0.6),
    });
    expect(gates[0]).toMatchObject({ verdict: 'pass', n: 1200 });
    const losses = (-2 * Math.log(0.9) + 52 * Math.LN2) / 3;
    expect(metrics['log_loss']).toBeCloseTo(losses, 9);
    expect(gates[0]!.challenger).toBeCloseTo(losses, 9);
    // "a" and "b" are told without error, "c" by nothing.
    expect(metrics['roc_auc_ovr']).toBeCloseTo(2.5 / 3, 9);
    expect(profile.of).toBe('prediction');
    expect([...classProfiles.keys()]).toEqual(['a', 'b']);
    expect(classProfiles.get('a')).toMatchObject({ kind: 'numeric', count: 1200 });
    const without = { ...said(0.9), ofClasses: undefined };
    expect(evaluate({ ...given, challenger: without, champion: said(0.6) }).gates[0]).toMatchObject({
      reason: 'not_comparable',
    });
  });

  it('has no champion to compare with', () => {
    const { gates } = evaluate({ ...input(1000, 7, 0), champion: null, withoutChampion: 'no_champion' });
    expect(gates[0]).toMatchObject({ verdict: 'pass', reason: 'no_champion' });
  });
});

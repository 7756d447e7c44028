import { TuningConfig } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Params, type Plan, planTrials, rungsOf, type Trial } from './plan-trials.ts';

const tuning = (given: Record<string, unknown>): TuningConfig =>
  TuningConfig.parse({
    space: { depth: { values: [3, 5, 7] }, rate: { min: 0.001, max: 0.1, scale: 'log', steps: 3 } },
    objective: { metric: 'auc', goal: 'maximize' },
    ...given,
  });

/** Plays a search to its end; `scoreOf` is what the trainer reports, undefined for a trial that fails. */
function play(
  config: TuningConfig | undefined,
  scoreOf: (params: Params, trial: number) => number | null | undefined,
  parallel = 64,
): { trials: Trial[]; end: Plan; mostOpen: number } {
  const trials: Trial[] = [];
  let mostOpen = 0;
  for (;;) {
    const plan = planTrials(config, trials, { timeUp: false, parallel });
    if (!('begin' in plan)) return { trials, end: plan, mostOpen };
    for (const one of plan.begin) trials.push({ ...one, state: 'open', objective: null });
    const open = trials.filter(({ state }) => state === 'open');
    mostOpen = Math.max(mostOpen, open.length);
    const [first] = open;
    if (!first) throw new Error('nothing is open, and nothing begins');
    const score = scoreOf(first.params, first.trial);
    Object.assign(first, { state: score === undefined ? 'failed' : 'succeeded', objective: score ?? null });
  }
}

describe('a run without a search', () => {
  it.each<[string, Trial['state'] | null, Plan]>([
    ['begins its one training', null, { begin: [{ trial: 0, rung: 0, params: {} }] }],
    ['waits for it', 'open', { begin: [] }],
    ['goes on with it', 'succeeded', { winner: 0 }],
    ['fails with it', 'failed', { failed: 'the training failed' }],
  ])('%s', (_, state, expected) => {
    const trials = state ? [{ trial: 0, rung: 0, params: {}, state, objective: null }] : [];
    expect(planTrials(undefined, trials, { timeUp: false, parallel: 4 })).toEqual(expected);
  });
});

describe('a search', () => {
  it('goes through every combination of a grid, in order', () => {
    const { trials, end } = play(tuning({ search: 'grid' }), ({ depth }) => Number(depth));
    expect(trials.map(({ params }) => [params['depth'], Number(Number(params['rate']).toPrecision(3))])).toEqual([
      [3, 0.001],
      [3, 0.01],
      [3, 0.1],
      [5, 0.001],
      [5, 0.01],
      [5, 0.1],
      [7, 0.001],
      [7, 0.01],
      [7, 0.1],
    ]);
    expect(end).toEqual({ winner: 6 });
  });

  it('goes down where less is better', () => {
    const config = tuning({ search: 'grid', objective: { metric: 'rmse', goal: 'minimize' } });
    expect(play(config, ({ depth }) => Number(depth)).end).toEqual({ winner: 0 });
  });

  it('draws from the whole of the space, the same for the same seed', () => {
    const config = tuning({ trials: 300 });
    const { trials } = play(config, () => 1);
    const rates = trials.map(({ params }) => Number(params['rate']));
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.001);
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.1);
    // Evenly by its logarithm: about half below the geometric middle.
    expect(rates.filter((rate) => rate < 0.01).length).toBeGreaterThan(120);
    expect(rates.filter((rate) => rate < 0.01).length).toBeLessThan(180);
    expect(new Set(trials.map(({ params }) => params['depth'])).size).toBe(3);
    expect(play(config, () => 1).trials).toEqual(trials);
    expect(play(tuning({ trials: 300, seed: 1 }), () => 1).trials[0]!.params).not.toEqual(trials[0]!.params);
  });

  it('gives whole numbers where they are asked for', () => {
    const config = tuning({ space: { trees: { min: 10, max: 20, integer: true } }, trials: 50 });
    for (const { params } of play(config, () => 1).trials) expect(Number.isInteger(params['trees'])).toBe(true);
  });

  it('keeps within what may run at once', () => {
    expect(play(tuning({ trials: 10, parallel: 3 }), () => 1).mostOpen).toBe(3);
    expect(play(tuning({ trials: 10, parallel: 3 }), () => 1, 1).mostOpen).toBe(1);
  });

  it('goes on without trials that failed, and fails where none is left', () => {
    expect(play(tuning({ trials: 3 }), (_, trial) => (trial === 1 ? 0.5 : undefined)).end).toEqual({ winner: 1 });
    expect(play(tuning({ trials: 3 }), () => undefined).end).toEqual({ failed: 'all 3 trials failed' });
    expect(play(tuning({ trials: 2 }), () => null).end).toEqual({
      failed: 'none of 2 trials reported the metric "auc" (retrain.tuning.objective)',
    });
  });

  it('ends with the best so far when its time is up', () => {
    const done: Trial = { trial: 0, rung: 0, params: {}, state: 'succeeded', objective: 0.7 };
    const late = { timeUp: true, parallel: 4 };
    expect(planTrials(tuning({}), [done], late)).toEqual({ winner: 0 });
    expect(planTrials(tuning({}), [done, { ...done, trial: 1, state: 'open' }], late)).toEqual({ begin: [] });
    expect(planTrials(tuning({}), [], late)).toEqual({ failed: 'the time for the search was up before a trial began' });
  });
});

describe('successive halving', () => {
  const halving = (given: Record<string, unknown> = {}) =>
    tuning({
      search: 'successive_halving',
      trials: 13,
      resource: { param: 'trees', min: 10, max: 90, factor: 3 },
      ...given,
    });

  it('gives the best third three times as much', () => {
    expect(rungsOf(halving())).toEqual([
      { size: 9, amount: 10 },
      { size: 3, amount: 30 },
      { size: 1, amount: 90 },
    ]);
    const { trials, end } = play(halving(), ({ rate }) => Number(rate));
    expect(trials.map(({ rung }) => rung)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2]);
    const best = Math.max(...trials.map(({ params }) => Number(params['rate'])));
    expect(end).toEqual({ winner: 12 });
    expect(trials[12]!.params).toMatchObject({ trees: 90, rate: best });
  });

  it('waits for the whole of a rung', () => {
    const { trials } = play(halving(), () => 1);
    const upTo = trials.slice(0, 9).map((trial, i) => ({ ...trial, state: i === 4 ? ('open' as const) : trial.state }));
    expect(planTrials(halving({ parallel: 64 }), upTo, { timeUp: false, parallel: 64 })).toEqual({ begin: [] });
  });

  it('never takes more trials than it may', () => {
    fc.assert(
      fc.property(
        fc.record({
          trials: fc.integer({ min: 1, max: 60 }),
          parallel: fc.integer({ min: 1, max: 8 }),
          min: fc.integer({ min: 1, max: 50 }),
          times: fc.integer({ min: 1, max: 200 }),
          factor: fc.integer({ min: 2, max: 5 }),
          fails: fc.nat(),
        }),
        ({ trials: most, parallel, min, times, factor, fails }) => {
          const resource = { param: 'trees', min, max: min * times, factor };
          const config = halving({ trials: most, parallel, resource });
          const { trials, end } = play(config, (_, trial) => ((fails >> (trial % 30)) & 1 ? undefined : trial % 7));
          // One of each rung there must be, even where fewer are allowed.
          expect(trials.length).toBeLessThanOrEqual(Math.max(most, rungsOf(config).length));
          if ('winner' in end) {
            expect(trials[end.winner]!.state).toBe('succeeded');
          }
        },
      ),
    );
  });
});

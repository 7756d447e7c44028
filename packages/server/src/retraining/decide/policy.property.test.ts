import { cooldownOf, durationMs, RetrainConfig } from '@leeway/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideTrigger } from './decide-trigger.ts';
import type { PastRun } from './guards.ts';
import { UNDER_WAY } from './next-run-state.ts';

/**
 * Occasions in any order, as often as they like, with runs that end as they like between them: what begins never breaks the
 * policy, and the same occasion never begins two runs. The model keeps its runs as the store does, and nothing else.
 */

const HOUR = 3_600_000;

type Step =
  | { does: 'ask'; cause: string; occasion: number; again: boolean }
  | { does: 'end'; state: 'promoted' | 'rejected' | 'failed' | 'cancelled' | 'awaiting_approval' }
  | { does: 'wait'; ms: number }
  | { does: 'close' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant('ask' as const),
        cause: fc.constantFrom('a', 'b', 'hand'),
        occasion: fc.nat(8),
        again: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constant('end' as const),
        state: fc.constantFrom(
          'promoted' as const,
          'rejected' as const,
          'failed' as const,
          'cancelled' as const,
          'awaiting_approval' as const,
        ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 60 * HOUR }) }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('close' as const) }) },
  ),
  { maxLength: 120 },
);

const policies = fc
  .record({
    cooldown: fc.record({ cause: fc.constantFrom('0s', '5h', '1d'), model: fc.constantFrom('0s', '2h') }),
    budget: fc.option(fc.record({ runs: fc.integer({ min: 1, max: 3 }), per: fc.constantFrom('1d', '1w') }), {
      nil: undefined,
    }),
    backoff: fc.record({ first: fc.constantFrom('1h', '1d'), after: fc.integer({ min: 1, max: 2 }) }),
    circuitBreaker: fc.record({ failures: fc.integer({ min: 1, max: 3 }), after: fc.constantFrom('6h', '1d') }),
  })
  .map((given) => RetrainConfig.parse(given));

interface Begun {
  cause: string;
  key: string;
  at: number;
  endedAt: number | null;
}

function play(retrain: RetrainConfig, given: readonly Step[]): Begun[] {
  let now = 0;
  let breakerClosedAt: number | null = null;
  let runs: PastRun[] = []; // newest first
  const begun: Begun[] = [];
  const change = (state: PastRun['state'], endedAt: number | null) => {
    const [open, ...others] = runs;
    if (!open || !UNDER_WAY.includes(open.state)) return;
    runs = [{ ...open, state, updatedAt: now, endedAt }, ...others];
    begun.at(-1)!.endedAt = now;
  };
  for (const step of given) {
    if (step.does === 'wait') now += step.ms;
    else if (step.does === 'close') breakerClosedAt = now;
    else if (step.does === 'end') change(step.state, step.state === 'awaiting_approval' ? null : now);
    else {
      const key = `${step.cause}/${step.occasion}`;
      if (begun.some((run) => run.key === key)) continue; // the store's unique key
      const facts = {
        retrain,
        cause: step.cause,
        runs,
        qualityAlerts: [],
        now,
        newLabels: null,
        breakerClosedAt,
        again: step.again,
      };
      if (decideTrigger(facts).decision === 'refuse') continue;
      const more = { begunAt: now, updatedAt: now, endedAt: null, undecided: false };
      runs = [{ id: `r${begun.length}`, state: 'queued', trigger: step.cause, ...more }, ...runs];
      begun.push({ cause: step.cause, key, at: now, endedAt: null });
    }
  }
  return begun;
}

test('whatever asks, in whatever order: one run at a time, one of an occasion, within budget and cooldown', () => {
  fc.assert(
    fc.property(policies, steps, (retrain, given) => {
      const begun = play(retrain, given);
      expect(new Set(begun.map(({ key }) => key)).size).toBe(begun.length);
      const cooldown = cooldownOf(retrain.cooldown);
      for (const [i, run] of begun.entries()) {
        const before = begun.slice(0, i);
        // One at a time: all before have ended, or wait for a person.
        expect(before.every(({ endedAt }) => endedAt !== null && endedAt <= run.at)).toBe(true);
        if (run.cause === 'hand') continue;
        const since = (runs: readonly Begun[]) =>
          run.at - Math.max(Number.NEGATIVE_INFINITY, ...runs.map(({ endedAt }) => endedAt!));
        expect(since(before.filter(({ cause }) => cause === run.cause))).toBeGreaterThanOrEqual(
          durationMs(cooldown.cause),
        );
        expect(since(before)).toBeGreaterThanOrEqual(durationMs(cooldown.model));
        const { budget } = retrain;
        if (budget) {
          const spent = before.filter(({ at }) => run.at - at < durationMs(budget.per)).length;
          expect(spent).toBeLessThan(budget.runs);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a cause is not swallowed by the cooldown of another', () => {
  const retrain = RetrainConfig.parse({ cooldown: '1d' });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * HOUR }), (later) => {
      const ask = (cause: string) => ({ does: 'ask' as const, cause, occasion: 0, again: false });
      const promoted = { does: 'end' as const, state: 'promoted' as const };
      const begun = play(retrain, [ask('a'), promoted, { does: 'wait', ms: later }, ask('b')]);
      expect(begun.map(({ cause }) => cause)).toEqual(['a', 'b']);
    }),
  );
});

test('the breaker stays open until its time is over, then lets one through at a time', () => {
  const retrain = RetrainConfig.parse({ cooldown: '0s', circuitBreaker: { failures: 2, after: '6h' } });
  const ask = (occasion: number) => ({ does: 'ask' as const, cause: 'a', occasion, again: false });
  const fails = { does: 'end' as const, state: 'failed' as const };
  const wait = (hours: number) => ({ does: 'wait' as const, ms: hours * HOUR });
  const begun = (given: Step[]) => play(retrain, given).map(({ key }) => key);
  const twice = [ask(1), fails, ask(2), fails];
  expect(begun([...twice, wait(5), ask(3)])).toEqual(['a/1', 'a/2']);
  expect(begun([...twice, wait(6), ask(3), ask(4), fails, ask(5), wait(6), ask(6)])).toEqual([
    'a/1',
    'a/2',
    'a/3',
    'a/6',
  ]);
  expect(begun([...twice, { does: 'close' }, ask(3)])).toEqual(['a/1', 'a/2', 'a/3']);
});

import { AdaptiveThreshold } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Verdict } from './judge-measurement.ts';
import { nextState, type RuleMemory, type StatePolicy, stateBefore } from './next-state.ts';

const POLICY: StatePolicy = { for: 1, of: undefined, keepFiring: 0, noData: 'keep' };
const VERDICT: Record<string, Verdict> = { x: 'breach', '.': 'clear', '~': 'between', '?': 'no_data' };
const LETTER = { inactive: 'i', pending: 'P', firing: 'F', recovering: 'R' } as const;

/** Plays windows, one letter each, and writes the status after each: "..x" becomes "iiF". */
function play(windows: string, policy: Partial<StatePolicy>): { statuses: string; noData: string } {
  let memory: RuleMemory | null = null;
  let statuses = '';
  let noData = '';
  for (const [i, letter] of [...windows].entries()) {
    const observation = { windowEnd: i, revision: 0, verdict: VERDICT[letter]!, value: i };
    // Kept as JSON between windows, as the store does: a restart is nothing special.
    memory = JSON.parse(JSON.stringify(nextState(memory, observation, { ...POLICY, ...policy }).memory)) as RuleMemory;
    statuses += LETTER[memory.current.status];
    noData += memory.current.noData ? '?' : '.';
  }
  return { statuses, noData };
}

describe('windows', () => {
  const rows: { intent: string; policy: Partial<StatePolicy>; windows: string; expected: string }[] = [
    { intent: 'one bad window is enough by default', policy: {}, windows: '.x.', expected: 'iFi' },
    { intent: 'for 4: pending t0..t2, firing t3', policy: { for: 4 }, windows: 'xxxxx', expected: 'PPPFF' },
    { intent: 'a gap keeps the clock going', policy: { for: 4 }, windows: 'xx?xx', expected: 'PPPFF' },
    {
      intent: 'a gap that means well starts again',
      policy: { for: 4, noData: 'ok' },
      windows: 'xx?xxxx',
      expected: 'PPiPPPF',
    },
    { intent: 'it never begins to fire on a gap', policy: { for: 2 }, windows: 'x??x', expected: 'PPPF' },
    { intent: 'one good window starts the count again', policy: { for: 3 }, windows: 'xx.xxx', expected: 'PPiPPF' },
    { intent: 'so does one that is between', policy: { for: 3 }, windows: 'xx~xxx', expected: 'PPiPPF' },
    {
      intent: 'keep firing 2: last breach t0, firing t1, t2, resolved t3',
      policy: { keepFiring: 2 },
      windows: 'x...',
      expected: 'FRRi',
    },
    { intent: 'a bad window resets the wait', policy: { keepFiring: 2 }, windows: 'x..x...', expected: 'FRRFRRi' },
    {
      intent: 'one bad window is enough while it fires',
      policy: { for: 2, keepFiring: 1 },
      windows: 'xx.x..',
      expected: 'PFRFRi',
    },
    { intent: 'between neither ends nor begins', policy: {}, windows: '~x~~.', expected: 'iFFFi' },
    { intent: 'between resets the wait', policy: { keepFiring: 1 }, windows: 'x.~..', expected: 'FRFRi' },
    { intent: 'a gap keeps it firing', policy: {}, windows: 'x??.', expected: 'FFFi' },
    { intent: 'a gap does not count as well', policy: { keepFiring: 1 }, windows: 'x.?.', expected: 'FRRi' },
    { intent: 'a gap that means well ends it', policy: { noData: 'ok' }, windows: 'x?', expected: 'Fi' },
    {
      intent: 'no data alerts, honouring for',
      policy: { for: 3, noData: 'alert' },
      windows: '.????.',
      expected: 'iPPFFi',
    },
    { intent: '2 of 3', policy: { for: 2, of: 3 }, windows: 'x.x', expected: 'PPF' },
    { intent: '2 of 3, too far apart', policy: { for: 2, of: 3 }, windows: 'x..x.', expected: 'PPiPP' },
    { intent: '2 of 3 fires while two of three are bad', policy: { for: 2, of: 3 }, windows: 'xx..', expected: 'PFFi' },
    { intent: 'after its end it counts afresh', policy: { for: 3, of: 5 }, windows: 'xxx....x', expected: 'PPFFFiiP' },
  ];
  test.each(rows)('$intent', ({ policy, windows, expected }) => {
    expect(play(windows, policy).statuses).toBe(expected);
  });

  test('no data stands beside the status', () => {
    expect(play('x?.?', {}).noData).toBe('.?.?');
  });
});

describe('replays and revisions', () => {
  const at = (windowEnd: number, revision: number, verdict: Verdict) => ({ windowEnd, revision, verdict, value: 1 });
  const after = (...observations: ReturnType<typeof at>[]) =>
    observations.reduce<RuleMemory | null>((memory, o) => nextState(memory, o, { ...POLICY, for: 2 }).memory, null);

  test('the same window and an older one change nothing', () => {
    const memory = after(at(1, 0, 'breach'), at(2, 0, 'breach'));
    expect(nextState(memory, at(2, 0, 'clear'), POLICY)).toEqual({ memory, transition: null });
    expect(nextState(memory, at(1, 9, 'clear'), POLICY)).toEqual({ memory, transition: null });
    expect(stateBefore(memory, { windowEnd: 2, revision: 0 })).toBeNull();
  });

  test('a revision takes the window back and judges it anew', () => {
    const memory = after(at(1, 0, 'breach'), at(2, 0, 'breach'));
    const revised = nextState(memory, at(2, 1, 'clear'), { ...POLICY, for: 2 });
    expect(revised.transition).toEqual({ from: 'firing', to: 'inactive' });
    const again = nextState(revised.memory, at(2, 2, 'breach'), { ...POLICY, for: 2 });
    expect(again.transition).toEqual({ from: 'inactive', to: 'firing' });
    // The same episode as before, so the same alert.
    expect(again.memory?.current.since).toBe(1);
  });

  test('a revision that agrees is no transition and counts once', () => {
    const memory = after(at(1, 0, 'breach'));
    const revised = nextState(memory, at(1, 1, 'breach'), { ...POLICY, for: 2 });
    expect(revised.transition).toBeNull();
    expect(revised.memory?.current.status).toBe('pending');
  });

  const windows = fc.array(fc.constantFrom<Verdict>('breach', 'clear', 'between', 'no_data'), { maxLength: 30 });
  const policies = fc.record({
    for: fc.integer({ min: 1, max: 4 }),
    of: fc.option(fc.integer({ min: 4, max: 6 }), { nil: undefined }),
    keepFiring: fc.integer({ min: 0, max: 3 }),
    noData: fc.constantFrom<StatePolicy['noData']>('ok', 'alert', 'keep'),
  });

  test('whatever was judged wrongly first, the last revision decides', () => {
    fc.assert(
      fc.property(windows, windows, policies, (right, wrong, policy) => {
        let plain: RuleMemory | null = null;
        let revised: RuleMemory | null = null;
        for (const [i, verdict] of right.entries()) {
          plain = nextState(plain, at(i, 1, verdict), policy).memory;
          revised = nextState(revised, at(i, 0, wrong[i] ?? 'clear'), policy).memory;
          revised = nextState(revised, at(i, 1, verdict), policy).memory;
        }
        expect(revised).toEqual(plain);
      }),
    );
  });

  test('an open state has a beginning and a closed one has none', () => {
    fc.assert(
      fc.property(windows, policies, (verdicts, policy) => {
        let memory: RuleMemory | null = null;
        for (const [i, verdict] of verdicts.entries()) {
          memory = nextState(memory, at(i, 0, verdict), policy).memory;
          const { status, since, recent } = memory!.current;
          expect(since === null).toBe(status === 'inactive');
          expect(recent.length).toBeLessThanOrEqual(Math.max(policy.for, policy.of ?? 0));
        }
      }),
    );
  });
});

test('a threshold that is learned remembers the windows that were bad or fired, and takes a revised one back', () => {
  const policy = { ...POLICY, keepFiring: 1, threshold: AdaptiveThreshold.parse({}) };
  let memory: RuleMemory | null = null;
  const see = (windowEnd: number, verdict: Verdict, revision = 0) => {
    memory = nextState(memory, { windowEnd, revision, verdict, value: 1 }, policy).memory;
    return memory!.current.bad ?? [];
  };
  expect(see(1, 'clear')).toEqual([]);
  expect(see(2, 'breach')).toEqual([2]);
  expect(see(3, 'clear')).toEqual([2, 3]); // it has not ended yet
  expect(see(4, 'clear')).toEqual([2, 3]);
  expect(see(5, 'breach')).toEqual([2, 3, 5]);
  expect(see(5, 'clear', 1)).toEqual([2, 3]);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Verdict } from './judge-measurement.ts';
import { type InstanceState, nextState, RESTING, type StatePolicy } from './next-state.ts';

const POLICY: StatePolicy = {
  ...{ for: 1, of: undefined, keepFiring: 0, noDataFor: undefined, learns: false },
  ...{ noData: 'keep', onError: 'keep' },
};
const VERDICT: Record<string, Verdict> = { x: 'breach', '.': 'clear', '~': 'between', '?': 'no_data', '!': 'error' };
const LETTER = { inactive: 'i', pending: 'P', firing: 'F', recovering: 'R' } as const;

/** Plays windows, one letter each, and writes the status after each: "..x" becomes "iiF". */
function play(windows: string, policy: Partial<StatePolicy>): { statuses: string; noData: string } {
  let state = RESTING;
  let statuses = '';
  let noData = '';
  for (const [i, letter] of [...windows].entries()) {
    const observation = { windowEnd: i, verdict: VERDICT[letter]!, values: [i] };
    // Kept as JSON between windows, as the store does: a restart is nothing special.
    state = JSON.parse(JSON.stringify(nextState(state, observation, { ...POLICY, ...policy }))) as InstanceState;
    statuses += LETTER[state.status];
    noData += state.noData ? '?' : '.';
  }
  return { statuses, noData };
}

interface Row {
  intent: string;
  policy: Partial<StatePolicy>;
  windows: string;
  expected: string;
}

// The vectors of Prometheus' rules (`rules/alerting_test.go`) are there in minutes; with a window a minute they are these.
const vectors: Row[] = [
  {
    intent: 'for 3 m, breach from t0: pending t0..t2, firing t3',
    policy: { for: 4 },
    windows: 'xxxxx',
    expected: 'PPPFF',
  },
  {
    intent: 'the same with a gap at t2, which keeps: firing t3',
    policy: { for: 4 },
    windows: 'xx?xx',
    expected: 'PPPFF',
  },
  {
    intent: 'the same as Prometheus takes a gap, as a window that is well: it starts again',
    policy: { for: 4, noData: 'ok' },
    windows: 'xx?xxxx',
    expected: 'PPiPPPF',
  },
  {
    intent: 'keep firing 2 m, last breach t5: firing t6, t7, resolved t8',
    policy: { keepFiring: 2 },
    windows: '.....x...',
    expected: 'iiiiiFRRi',
  },
  {
    // There: 20 minutes into a `for` of 30, 40 minutes down, 10 minutes left. Here windows count: those of the 40 minutes are
    // evaluated when the server is back, and of those that were never measured none counts. Every step is a restart here.
    intent: 'a restart in the midst of `for`: what is left of it is left',
    policy: { for: 3 },
    windows: 'xxx',
    expected: 'PPF',
  },
];

const rows: Row[] = [
  { intent: 'one bad window is enough by default', policy: {}, windows: '.x.', expected: 'iFi' },
  { intent: 'it never begins to fire on a gap', policy: { for: 2 }, windows: 'x??x', expected: 'PPPF' },
  { intent: 'one good window starts the count again', policy: { for: 3 }, windows: 'xx.xxx', expected: 'PPiPPF' },
  { intent: 'so does one that is between', policy: { for: 3 }, windows: 'xx~xxx', expected: 'PPiPPF' },
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
  { intent: 'a gap that is told apart keeps it', policy: { noData: 'separate' }, windows: 'x?.', expected: 'FFi' },
  {
    intent: 'no data alerts, honouring for',
    policy: { for: 3, noData: 'alert' },
    windows: '.????.',
    expected: 'iPPFFi',
  },
  {
    intent: 'no data has a for of its own',
    policy: { noData: 'alert', noDataFor: 3 },
    windows: '.????.x',
    expected: 'iPPFFiF',
  },
  {
    intent: 'a for of its own counts gaps in a row',
    policy: { noData: 'alert', noDataFor: 2 },
    windows: '?.??.',
    expected: 'PiPFi',
  },
  {
    intent: 'gaps with a for of their own keep the count of bad windows',
    policy: { for: 2, noData: 'alert', noDataFor: 3 },
    windows: 'x?x',
    expected: 'PPF',
  },
  {
    intent: 'gaps with a for of their own keep it firing, and delay its end',
    policy: { keepFiring: 1, noData: 'alert', noDataFor: 2 },
    windows: 'x.??..',
    expected: 'FRRFRi',
  },
  { intent: 'a failure keeps', policy: { for: 2 }, windows: 'x!x!.', expected: 'PPFFi' },
  {
    intent: 'a failure that alerts honours for',
    policy: { for: 2, onError: 'alert' },
    windows: '!!.',
    expected: 'PFi',
  },
  { intent: 'a failure that means well', policy: { onError: 'ok' }, windows: 'x!', expected: 'Fi' },
  {
    intent: 'the policy of no data is not that of a failure',
    policy: { noData: 'ok', onError: 'alert' },
    windows: '?!?',
    expected: 'iFi',
  },
  { intent: '2 of 3', policy: { for: 2, of: 3 }, windows: 'x.x', expected: 'PPF' },
  { intent: '2 of 3, too far apart', policy: { for: 2, of: 3 }, windows: 'x..x.', expected: 'PPiPP' },
  { intent: '2 of 3 fires while two of three are bad', policy: { for: 2, of: 3 }, windows: 'xx..', expected: 'PFFi' },
  { intent: 'after its end it counts afresh', policy: { for: 3, of: 5 }, windows: 'xxx....x', expected: 'PPFFFiiP' },
];

describe.each([
  ['vectors', vectors],
  ['windows', rows],
])('%s', (_, table) => {
  test.each(table)('$intent', ({ policy, windows, expected }) => {
    expect(play(windows, policy).statuses).toBe(expected);
  });
});

test('no data, and a failure, stand beside the status', () => {
  expect(play('x?.!', {}).noData).toBe('.?.?');
});

test('of each condition the last value that there was is kept', () => {
  const see = (state: InstanceState, values: (number | null)[]) =>
    nextState(state, { windowEnd: 1, verdict: 'clear', values }, POLICY);
  expect(see(see(RESTING, [1, null]), [null, 2]).values).toEqual([1, 2]);
});

test('an open state has a beginning and a closed one has none', () => {
  const verdict = fc.constantFrom<Verdict>('breach', 'clear', 'between', 'no_data', 'error');
  const missing = fc.constantFrom<StatePolicy['noData']>('ok', 'alert', 'keep', 'separate');
  const policies = fc.record({
    for: fc.integer({ min: 1, max: 4 }),
    of: fc.option(fc.integer({ min: 4, max: 6 }), { nil: undefined }),
    keepFiring: fc.integer({ min: 0, max: 3 }),
    noDataFor: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    ...{ noData: missing, onError: missing, learns: fc.constant(false) },
  });
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 30 }), policies, (verdicts, policy) => {
      let state = RESTING;
      for (const [windowEnd, verdict] of verdicts.entries()) {
        const before = state;
        state = nextState(state, { windowEnd, verdict, values: [] }, policy);
        expect(state.since === null).toBe(state.status === 'inactive');
        expect(state.recent.length).toBeLessThanOrEqual(Math.max(policy.for, policy.of ?? 0));
        // What says nothing begins no alarm, and ends none.
        const mute = verdict === 'error' ? policy.onError : policy.noData;
        if ((verdict === 'no_data' || verdict === 'error') && (mute === 'keep' || mute === 'separate')) {
          const fires = (status: string) => status === 'firing' || status === 'recovering';
          expect(fires(state.status)).toBe(fires(before.status));
        }
      }
    }),
  );
});

test('a threshold that is learned remembers the windows that were bad or fired', () => {
  const policy = { ...POLICY, keepFiring: 1, learns: true };
  let state = RESTING;
  const see = (windowEnd: number, verdict: Verdict) => {
    state = nextState(state, { windowEnd, verdict, values: [1] }, policy);
    return state.bad ?? [];
  };
  expect(see(1, 'clear')).toEqual([]);
  expect(see(2, 'breach')).toEqual([2]);
  expect(see(3, 'clear')).toEqual([2, 3]); // it has not ended yet
  expect(see(4, 'clear')).toEqual([2, 3]);
  expect(see(5, 'breach')).toEqual([2, 3, 5]);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Verdict } from './judge-measurement.ts';
import { nextState, RESTING, type StatePolicy } from './next-state.ts';
import { KEPT, type Play, type RuleMemory, readMemory, type TakenWindow, takeIn } from './rule-memory.ts';

const POLICY: StatePolicy = {
  ...{ for: 2, of: undefined, keepFiring: 0, noDataFor: undefined, learns: false },
  ...{ noData: 'keep', onError: 'keep' },
};
const playOf =
  (policy: StatePolicy): Play =>
  (state, { end, seen: [seen] }) =>
    nextState(state, { windowEnd: end, verdict: seen!.verdict as Verdict, values: [seen!.value] }, policy);
const play = playOf(POLICY);

const at = (end: number, revision: number, verdict: Verdict, open = true): TakenWindow => ({
  ...{ end, open },
  seen: [{ revision, verdict, value: end }],
});
const after = (...windows: TakenWindow[]) =>
  windows.reduce<RuleMemory | null>((memory, window) => takeIn(memory, window, play) ?? memory, null)!;

describe('what was taken in', () => {
  test('the same window again is nothing new', () => {
    const memory = after(at(1, 0, 'breach'), at(2, 0, 'breach'));
    expect(takeIn(memory, at(2, 0, 'clear'), play)).toBeNull();
    expect(takeIn(memory, at(1, 0, 'clear'), play)).toBeNull();
  });

  test('what lies before the first window is none of its business', () => {
    expect(takeIn(after(at(5, 0, 'breach')), at(4, 9, 'breach'), play)).toBeNull();
  });

  test('a revision takes the window back, and may bring it again: it is the same alert', () => {
    const memory = after(at(1, 0, 'breach'), at(2, 0, 'breach'));
    expect(memory).toMatchObject({ alert: 1, current: { status: 'firing' } });
    const taken = takeIn(memory, at(2, 1, 'clear'), play)!;
    expect(taken).toMatchObject({ alert: null, began: 1, current: { status: 'inactive' } });
    expect(takeIn(taken, at(2, 2, 'breach'), play)).toMatchObject({ alert: 1, current: { status: 'firing' } });
  });

  test('an older window is revised too, and all after it played again', () => {
    const memory = after(at(1, 0, 'clear'), at(2, 0, 'breach'), at(3, 0, 'breach'));
    expect(memory.current.status).toBe('firing');
    expect(takeIn(memory, at(2, 1, 'clear'), play)!.current.status).toBe('pending');
    expect(takeIn(memory, at(1, 1, 'breach'), play)).toMatchObject({ alert: 2, current: { since: 1 } });
  });

  test('the alert stays the same when its beginning moves', () => {
    const memory = after(...[1, 2, 3, 4].map((end) => at(end, 0, 'breach')));
    expect(takeIn(memory, at(1, 1, 'clear'), play)).toMatchObject({
      alert: 1,
      current: { since: 2, status: 'firing' },
    });
    expect(takeIn(memory, at(2, 1, 'clear'), play)).toMatchObject({
      alert: 1,
      current: { since: 3, status: 'firing' },
    });
  });

  test('what no label can change is not kept, but for the last', () => {
    const memory = after(...[1, 2, 3].map((end) => at(end, 0, 'breach', false)));
    expect(memory).toMatchObject({ floor: 2, windows: [{ end: 3 }], current: { status: 'firing', since: 1 } });
    expect(takeIn(memory, at(2, 1, 'clear'), play)).toBeNull();
    expect(takeIn(memory, at(3, 1, 'clear'), play)!.current.status).toBe('inactive');
  });

  test('a window that becomes final is settled', () => {
    const memory = after(at(1, 0, 'breach'), at(2, 0, 'breach'));
    const settled = takeIn(memory, at(1, 0, 'breach', false), play)!;
    expect(settled).toMatchObject({ floor: 1, windows: [{ end: 2 }] });
    expect(settled.current).toEqual(memory.current);
    expect(takeIn(settled, at(1, 1, 'clear'), play)).toBeNull();
  });
});

const verdicts = fc.constantFrom<Verdict>('breach', 'clear', 'between', 'no_data', 'error');
const missing = fc.constantFrom<StatePolicy['noData']>('ok', 'alert', 'keep', 'separate');
const policies = fc.record({
  for: fc.integer({ min: 1, max: 4 }),
  of: fc.option(fc.integer({ min: 4, max: 6 }), { nil: undefined }),
  keepFiring: fc.integer({ min: 0, max: 3 }),
  noDataFor: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  ...{ noData: missing, onError: missing, learns: fc.constant(false) },
});
const restart = (memory: RuleMemory | null) => JSON.parse(JSON.stringify(memory)) as RuleMemory | null;

test('in whatever order revisions come, and however often: the state is that of the last values in order', () => {
  const history = fc.array(fc.array(verdicts, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: KEPT });
  fc.assert(
    fc.property(history, policies, fc.infiniteStream(fc.nat()), (windows, policy, chance) => {
      const play = playOf(policy);
      const arrivals = windows.flatMap((revisions, end) => revisions.map((verdict, r) => at(end, r, verdict)));
      // The first window comes first: nothing before it would count. After it anything goes, some of it twice.
      const [first, ...others] = arrivals;
      const shuffled = [...others, ...others.filter(() => chance.next().value! % 3 === 0)]
        .map((window) => [chance.next().value!, window] as const)
        .sort(([a], [b]) => a - b)
        .map(([, window]) => window);
      let memory: RuleMemory | null = null;
      for (const window of [first!, ...shuffled]) memory = restart(takeIn(memory, window, play) ?? memory);
      const inOrder = windows.map((revisions, end) => at(end, 0, revisions.at(-1)!)).reduce(play, RESTING);
      expect(memory!.current).toEqual(inOrder);
      expect(memory!.windowEnd).toBe(windows.length - 1);
      expect(memory!.alert === null).toBe(memory!.current.status === 'inactive');
    }),
  );
});

test('memory is bounded, and what was folded away counts on', () => {
  fc.assert(
    fc.property(fc.array(verdicts, { minLength: 1, maxLength: 3 * KEPT }), policies, (all, policy) => {
      const play = playOf(policy);
      let memory: RuleMemory | null = null;
      for (const [end, verdict] of all.entries()) memory = takeIn(memory, at(end, 0, verdict), play);
      expect(memory!.windows.length).toBeLessThanOrEqual(KEPT);
      expect(memory!.current).toEqual(all.map((verdict, end) => at(end, 0, verdict)).reduce(play, RESTING));
    }),
  );
});

test('a memory of an earlier release goes on where it stood', () => {
  const was = { status: 'firing' as const, recent: [true], well: 0, noData: false, since: 7, value: 0.6 };
  const memory = readMemory({ windowEnd: 8, revision: 1, current: was });
  expect(memory).toMatchObject({ alert: 7, began: 7, current: { status: 'firing', values: [0.6], blank: 0 } });
  expect(takeIn(memory, at(8, 2, 'clear'), play)).toBeNull();
  expect(takeIn(memory, at(9, 0, 'clear'), play)).toMatchObject({ alert: null, current: { status: 'inactive' } });
  expect(readMemory(restart(memory)!)).toEqual(memory);
});

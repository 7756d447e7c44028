import { describe, expect, test } from 'vitest';
import { type AliasState, decideAliases, nearMisses } from './decide-aliases.ts';

const state = (over: Partial<AliasState>): AliasState => ({
  ...{ alias: 'champion', name: 'Champion', wanted: '2', present: '1', ours: true },
  ...over,
});

describe('what is done about an alias at MLflow', () => {
  const cases: { name: string; given: Partial<AliasState>; expected?: boolean; steps: object[]; drift?: RegExp[] }[] = [
    { name: 'moved after ours', given: {}, steps: [{ name: 'Champion', set: '2' }] },
    { name: 'new there', given: { present: null }, steps: [{ name: 'Champion', set: '2' }] },
    { name: 'the same', given: { present: '2' }, steps: [] },
    { name: 'ours points to what is not there yet', given: { wanted: undefined }, steps: [] },
    { name: 'ours is gone', given: { wanted: null }, steps: [{ name: 'Champion', remove: true }] },
    { name: 'ours was never there, theirs belongs to others', given: { wanted: null, ours: false }, steps: [] },
    { name: 'neither has one', given: { wanted: null, present: null, ours: false }, steps: [] },
    {
      name: 'moved there by somebody',
      given: { present: '7', ours: false },
      expected: false,
      steps: [{ name: 'Champion', set: '2' }],
      drift: [/Champion pointed to version 7 there, and points to version 2 again/],
    },
    {
      name: 'deleted there by somebody',
      given: { present: null, ours: false },
      expected: false,
      steps: [{ name: 'Champion', set: '2' }],
      drift: [/pointed nowhere there/],
    },
  ];
  test.each(cases)('$name', ({ given, expected = true, steps, drift = [] }) => {
    const decided = decideAliases([state(given)], expected);
    expect(decided.steps).toEqual(steps);
    expect(decided.drift).toEqual(drift.map((text) => expect.stringMatching(text)));
  });
});

test('an alias that is spelt nearly as ours is told of', () => {
  expect(nearMisses(['champion'], ['Champion', 'champion', 'prod'])).toEqual([
    expect.stringMatching(/Champion there beside champion/),
  ]);
  expect(nearMisses(['Champion'], ['Champion'])).toEqual([]);
});

import { Matchers } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { asksForSomething, describeMatchers, matches } from './matchers.ts';

const labels = { severity: 'critical', team: 'infra', slice: 'plan=pro', model: 'm'.repeat(80) };

test.each([
  { intent: 'a value', matchers: { severity: 'critical' }, expected: true },
  { intent: 'another value', matchers: { severity: 'info' }, expected: false },
  { intent: 'a missing label equals the empty one', matchers: { owner: '' }, expected: true },
  { intent: 'one of several', matchers: ['severity=~critical|warning'], expected: true },
  { intent: 'the whole value has to match, from the start', matchers: ['severity=~ritical'], expected: false },
  { intent: 'and to the end', matchers: ['severity=~crit'], expected: false },
  { intent: 'alternatives are anchored together', matchers: ['severity=~xcritical|crit'], expected: false },
  { intent: 'not a value', matchers: ['team!=infra'], expected: false },
  { intent: 'not a value, of a missing label', matchers: ['owner!=x'], expected: true },
  { intent: 'not like, of a missing label', matchers: ['owner!~.+'], expected: true },
  { intent: 'not like', matchers: ['team!~inf.*'], expected: false },
  { intent: 'one that would take for ever holds for nothing', matchers: ['model=~(\\w+)+!'], expected: false },
  { intent: 'nor does its opposite', matchers: ['model!~(\\w+)+!'], expected: false },
  { intent: 'all must hold', matchers: ['severity=critical', 'team=data'], expected: false },
  { intent: 'spaces and quotes', matchers: [' severity = "critical" '], expected: true },
  { intent: 'a value with = in it', matchers: ['slice=plan=pro'], expected: true },
  { intent: 'none: everything', matchers: [], expected: true },
])('$intent', ({ matchers, expected }) => expect(matches(matchers as Matchers, labels)).toBe(expected));

test.each(['severity', '=x', 'a=~(', 'a=~(?=x)', 'a=~(x)\\1', 'a="x', '1a=x'])('refuses %s', (text) => {
  expect(Matchers.safeParse([text]).success).toBe(false);
});

describe('whether anything is asked for', () => {
  test.each([
    [{ model: 'a' }, true],
    [{ model: '' }, false],
    [[], false],
    [['a=~.*'], false],
    [['a=~.+'], true],
    [['a!=x'], false],
    [['a!~|x'], true],
    [['a!=x', 'b=y'], true],
  ])('%j: %s', (matchers, expected) => expect(asksForSomething(matchers as Matchers)).toBe(expected));
});

test('are told in one order, whatever theirs, and both notations alike', () => {
  expect(describeMatchers({ b: 'x y', a: '1' })).toBe('{a=1,b="x y"}');
  expect(describeMatchers(['b="x y"', 'a=1'])).toBe('{a=1,b="x y"}');
  expect(describeMatchers(['s=~a|b', 't!=x'])).toBe('{s=~"a|b",t!=x}');
});

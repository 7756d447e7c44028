import { expect, test } from 'vitest';
import { boundedPattern } from './bounded-pattern.ts';

test.each([
  ['critical|warning', 'warning', true],
  ['critical|warning', 'warnings', false],
  ['dep_.*', 'dep_delay', true],
  ['(a|b)+c', 'ababc', true],
  ['(a|b)+c', 'ababd', false],
  ['[)*]*x', ')*)x', true],
  ['\\)+x', '))x', true],
  ['(\\w+)+!', 'a'.repeat(80), null],
  ['(\\w|\\w\\w)+!', 'a'.repeat(80), null],
  ['.*.*.*.*.*.*.*.*x', 'a'.repeat(2_000), null],
])('%s of %s: %s', (pattern, text, expected) => expect(boundedPattern(pattern)(text)).toBe(expected));

test('what was too slow twice is not tried again', () => {
  const fits = boundedPattern('(\\w+)+!');
  expect(fits('a!')).toBe(true);
  for (let i = 0; i < 2; i++) expect(fits('a'.repeat(80))).toBeNull();
  expect(fits('a!')).toBeNull();
});

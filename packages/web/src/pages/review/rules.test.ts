import type { RuleReview } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { inWords, namesOf } from './rules.ts';
import { reviewSearch } from './search.ts';

const rule = (name: string, remarks: RuleReview['remarks']) =>
  ({ rule: name, model: 'flights', remarks }) as RuleReview;

describe('namesOf', () => {
  it('names the rules that never or always fire, and nothing where there are none', () => {
    const rules = [rule('a', ['never_fired']), rule('b', ['always_fires', 'mostly_noise']), rule('c', ['never_fired'])];
    expect(namesOf(rules).map(({ what, names }) => [what, names])).toEqual([
      ['Never fired', ['a of flights', 'c of flights']],
      ['Fire all the time', ['b of flights']],
    ]);
    expect(namesOf([rule('d', ['no_verdicts'])])).toEqual([]);
  });
});

describe('inWords', () => {
  it('leaves out what is zero', () => {
    expect(inWords({ useful: 1, noise: 3, expected: 0, duplicate: 0, none: 2 })).toBe(
      '1 useful, 3 noise, 2 not judged',
    );
    expect(inWords({ useful: 0, noise: 0, expected: 0, duplicate: 0, none: 0 })).toBe('');
  });
});

describe('reviewSearch', () => {
  it.each([
    [{}, {}],
    [
      { model: 'm', days: '7' },
      { model: 'm', days: 7 },
    ],
    [{ model: '', days: 8 }, {}],
  ])('%j', (given, search) => expect(reviewSearch(given)).toEqual(search));
});

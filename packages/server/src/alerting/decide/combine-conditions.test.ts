import { ConditionConfig, RuleConfig } from '@leeway/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combineVerdicts, type LeafVerdict, leavesOf } from './combine-conditions.ts';

const LETTERS: Record<string, LeafVerdict> = {
  ...{ x: 'breach', '.': 'clear', '~': 'between', '?': 'no_data', '!': 'error', '-': 'absent' },
};
const leaf = (metric: string) => ({ metric, above: 1 });
const rule = (over: object) => RuleConfig.parse({ name: 'r', ...over });
const two = [leaf('a'), leaf('b')];

describe('combining', () => {
  test.each<[intent: string, rule: object, leaves: string, expected: string, lead: number]>([
    ['a plain rule is its one condition', leaf('a'), 'x', 'x', 0],
    ['all: both are broken', { all: two }, 'xx', 'x', 0],
    ['all: one is well', { all: two }, 'x.', '.', 1],
    ['all: one is well, though the other has no data', { all: two }, '?.', '.', 1],
    ['all: one is well, though the other failed', { all: two }, '!.', '.', 1],
    ['all: without data it could be either', { all: two }, 'x?', '?', 1],
    ['all: between is not broken', { all: two }, 'x~', '~', 1],
    ['all: without data it could be well', { all: two }, '~?', '?', 1],
    ['any: one is broken', { any: two }, '.x', 'x', 1],
    ['any: one is broken, though the other has no data', { any: two }, '?x', 'x', 1],
    ['any: without data it could be either', { any: two }, '.?', '?', 1],
    ['any: between', { any: two }, '.~', '~', 1],
    ['any: well', { any: two }, '..', '.', 0],
    ['a failure is named before a lack of data', { any: two }, '?!', '!', 1],
    ['not: turns well and broken', { not: leaf('a') }, 'x', '.', 0],
    ['not: broken', { not: leaf('a') }, '.', 'x', 0],
    ['not: neither', { not: leaf('a') }, '~', '~', 0],
    ['not: no data', { not: leaf('a') }, '?', '?', 0],
    ['any: what is not measured there does not count', { any: two }, '-x', 'x', 1],
    ['any: what is not measured there does not count as well', { any: two }, '-.', '.', 1],
    ['any: nothing was measured', { any: two }, '--', '-', 0],
    ['all: wants all of them', { all: two }, '-x', '-', 0],
    ['nested', { all: [leaf('a'), { any: [leaf('b'), { not: leaf('c') }] }] }, 'x..', 'x', 0],
    ['nested: names what decided', { any: [{ all: two }, leaf('c')] }, 'x.x', 'x', 2],
  ])('%s', (_, over, leaves, expected, lead) => {
    const verdicts = [...leaves].map((letter) => LETTERS[letter]!);
    expect(leavesOf(rule(over))).toHaveLength(verdicts.length);
    expect(combineVerdicts(rule(over), verdicts)).toEqual({ verdict: LETTERS[expected], lead });
  });
});

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constant(leaf('m')),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('tree').map((not) => ({ not })),
  ),
}));
const condition = tree.map((given) => ConditionConfig.parse(given));
const verdict = fc.constantFrom<LeafVerdict>('breach', 'clear', 'between', 'no_data', 'error');
const some = fc.array(verdict, { minLength: 81, maxLength: 81 });
const said = (of: ConditionConfig, verdicts: LeafVerdict[]) => combineVerdicts(of, verdicts).verdict;

test('what is said without data is still said, whatever the data turn out to be', () => {
  fc.assert(
    fc.property(
      condition,
      some,
      fc.array(fc.constantFrom<LeafVerdict>('breach', 'clear'), { minLength: 81, maxLength: 81 }),
      (of, known, turned) => {
        const before = said(of, known);
        if (before !== 'breach' && before !== 'clear') return;
        const later = known.map((leaf, i) => (leaf === 'no_data' || leaf === 'error' ? turned[i]! : leaf));
        expect(said(of, later)).toBe(before);
      },
    ),
  );
});

test('not all is any not, and not any is all not', () => {
  fc.assert(
    fc.property(fc.array(condition, { minLength: 1, maxLength: 3 }), some, (members, verdicts) => {
      const turned = members.map((not) => ConditionConfig.parse({ not }));
      expect(said(ConditionConfig.parse({ not: { all: members } }), verdicts)).toBe(
        said(ConditionConfig.parse({ any: turned }), verdicts),
      );
      expect(said(ConditionConfig.parse({ not: { any: members } }), verdicts)).toBe(
        said(ConditionConfig.parse({ all: turned }), verdicts),
      );
    }),
  );
});

test('who decides says it, but for a not', () => {
  fc.assert(
    fc.property(condition, some, (of, verdicts) => {
      const { verdict, lead } = combineVerdicts(of, verdicts);
      const leading = verdicts[lead]!;
      const ends: LeafVerdict[] = ['breach', 'clear'];
      expect(ends.includes(verdict) ? ends.includes(leading) : leading === verdict).toBe(true);
    }),
  );
});

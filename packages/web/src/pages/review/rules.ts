import type { RuleReview } from '@leeway/contract';

type Remark = RuleReview['remarks'][number];

export const REMARKS: Record<Remark, { label: string; color: string; hint: string }> = {
  never_fired: {
    label: 'never fired',
    color: 'gray',
    hint: 'In 30 windows or more. It may be right; a backtest tells what it would do with another threshold.',
  },
  always_fires: { label: 'fires all the time', color: 'orange', hint: 'An alert of it was open 90 % of the time.' },
  mostly_noise: { label: 'mostly noise', color: 'orange', hint: 'Most of its alerts were called noise or duplicate.' },
  no_verdicts: { label: 'not judged', color: 'gray', hint: 'Nobody has said what its alerts were worth.' },
};

const NAMED: readonly [Remark, string][] = [
  ['never_fired', 'Never fired'],
  ['always_fires', 'Fire all the time'],
];

/** The rules that never or always fire, by name. */
export function namesOf(rules: readonly RuleReview[]): { what: string; names: string[]; hint: string }[] {
  return NAMED.map(([remark, what]) => ({
    what,
    names: rules.filter(({ remarks }) => remarks.includes(remark)).map(({ rule, model }) => `${rule} of ${model}`),
    hint: REMARKS[remark].hint,
  })).filter(({ names }) => names.length > 0);
}

/** "3 noise, 1 useful, 2 not judged": what is zero is left out. */
export function inWords({ useful, noise, expected, duplicate, none }: RuleReview['verdicts']): string {
  const counts = [
    [useful, 'useful'],
    [noise, 'noise'],
    [expected, 'expected'],
    [duplicate, 'duplicate'],
    [none, 'not judged'],
  ] as const;
  return counts
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ');
}

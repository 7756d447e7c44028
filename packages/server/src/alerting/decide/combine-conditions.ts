import type { ConditionConfig, RuleConfig } from '@leeway/contract';
import type { Verdict } from './judge-measurement.ts';

/** `absent`: a condition on what was not measured for this column or slice, though it was for others. */
export type LeafVerdict = Verdict | 'absent';

type Condition = ConditionConfig | RuleConfig;

/** The conditions on single metrics that a rule is made of, in the order in which they are written. */
export function leavesOf(condition: Condition): Condition[] {
  if (condition.all) return condition.all.flatMap(leavesOf);
  if (condition.any) return condition.any.flatMap(leavesOf);
  return condition.not ? leavesOf(condition.not) : [condition];
}

export interface Combined {
  verdict: LeafVerdict;
  /** Position of the leaf that decided: the first, where several did. */
  lead: number;
}

/**
 * What a rule says, given what each of its leaves says. Of three values, after Kleene: what has no data could be anything, so
 * `any` is broken if one condition is, `all` is well if one is, and else they say that there are no data. `between` lies in the middle
 * between well and broken. A failed condition is like one without data, and is named before it. What is absent does not
 * count in `any`; an `all` or a `not` that wants it says nothing either.
 */
export function combineVerdicts(condition: Condition, verdicts: readonly LeafVerdict[]): Combined {
  let position = 0;
  return walk(condition);

  function walk(at: Condition): Combined {
    if (at.all) return extreme(at.all.map(walk), 'clear', false);
    if (at.any) return extreme(at.any.map(walk), 'breach', true);
    if (at.not) {
      const { verdict, lead } = walk(at.not);
      return { verdict: verdict === 'breach' ? 'clear' : verdict === 'clear' ? 'breach' : verdict, lead };
    }
    const lead = position++;
    return { verdict: verdicts[lead] ?? 'absent', lead };
  }
}

/** The first of the members that decides: one at the `end` of the scale, else one that leaves it open, else the nearest to the end. */
function extreme(members: readonly Combined[], end: 'clear' | 'breach', absentMayMiss: boolean): Combined {
  const there = members.filter(({ verdict }) => verdict !== 'absent');
  if (there.length === 0 || (!absentMayMiss && there.length < members.length)) {
    return { verdict: 'absent', lead: members[0]?.lead ?? 0 };
  }
  for (const verdict of [end, 'error', 'no_data', 'between'] as const) {
    const found = there.find((member) => member.verdict === verdict);
    if (found) return found;
  }
  return there[0]!;
}

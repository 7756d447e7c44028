import { createHash } from 'node:crypto';
import type { ConditionConfig, RuleConfig } from '@leeway/contract';

/** Rules do not change: a new configuration has new ones. */
const known = new WeakMap<RuleConfig, string>();

/** Names what a rule judges and how. Wording, labels and severity are not in it: changing them ends no alert. */
export function fingerprint(rule: RuleConfig): string {
  const found = known.get(rule) ?? compute(rule);
  known.set(rule, found);
  return found;
}

function compute(rule: RuleConfig): string {
  const { monitor, for: windows, of, keepFiring, noData, threshold } = rule;
  const judging = [monitor, ...simple(rule), windows, of, keepFiring, noData, ...(threshold ? [threshold] : [])];
  // What came later is named only where it is used: what was judged before these were there goes on.
  const { minimumCoverage, expression, all, any, not, noDataFor, onError } = rule;
  const later = {
    ...(minimumCoverage > 0 && { minimumCoverage }),
    ...(expression !== undefined && { expression }),
    ...(all && { all: all.map(whole) }),
    ...(any && { any: any.map(whole) }),
    ...(not && { not: whole(not) }),
    ...(noDataFor !== undefined && { noDataFor }),
    ...(onError !== 'keep' && { onError }),
  };
  if (Object.keys(later).length > 0) judging.push(later);
  return createHash('sha256').update(JSON.stringify(judging)).digest('hex').slice(0, 16);
}

function simple(condition: ConditionConfig): unknown[] {
  const { metric, column, slice, above, below, outside, against, relative, significant, clear } = condition;
  return [metric, column, slice, above, below, outside, against, relative, significant, clear, condition.minimumRows];
}

function whole(condition: ConditionConfig): unknown[] {
  const { threshold, minimumCoverage, expression, all, any, not } = condition;
  const parts = { all: all?.map(whole), any: any?.map(whole), not: not && whole(not) };
  return [...simple(condition), { threshold, minimumCoverage, expression, ...parts }];
}

import type { GateConfig, GateResult, GateVerdict } from '@leeway/contract';
import type { Evidence } from '../gates/gate.ts';
import { gateResult } from '../gates/gate-result.ts';
import { gateOf } from '../gates/index.ts';

export { describeGate } from '../gates/words.ts';

/** The one reason that says neither yes nor no: there was nothing to compare with. */
export const isNeutral = ({ reason }: Pick<GateResult, 'reason'>): boolean => reason === 'no_champion';

/**
 * Judges the gates that numbers are enough for; `null` for each of the others. Too few rows are inconclusive, whatever the
 * numbers.
 */
export const judgeNumbers = (gates: readonly GateConfig[], evidence: Evidence): (GateResult | null)[] =>
  gates.map((config) => {
    const gate = gateOf(config.type);
    return gate.phase === 'numbers' ? gate.judge(config as never, evidence) : null;
  });

/** Where no gate is declared, nothing shows that the challenger is better than the champion. */
export function withoutGates({ labels, minimumRows, withoutChampion }: Evidence): GateResult {
  const n = labels.length;
  const reason = n < minimumRows ? 'too_few_rows' : (withoutChampion ?? 'no_gates');
  return gateResult({ type: 'none' }, { verdict: 'inconclusive', reason, n });
}

/**
 * All must pass: one that fails makes it a fail, otherwise one that is inconclusive makes it inconclusive. That there was
 * nothing to compare with is no proof: it counts only where there is nothing else, as inconclusive.
 */
export function overallVerdict(results: readonly GateResult[]): GateVerdict {
  const telling = results.filter((result) => !isNeutral(result));
  if (telling.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return telling.length > 0 && telling.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'inconclusive';
}

/** Whether nothing speaks against a first version: what could be judged passes, and the rest had nothing to compare with. */
export const firstMayServe = (results: readonly GateResult[]): boolean =>
  results.every((result) => result.verdict === 'pass' || isNeutral(result));

/** Results under names that are theirs alone. */
export function uniqueNames(results: readonly GateResult[]): GateResult[] {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const times = (seen.get(result.name) ?? 0) + 1;
    seen.set(result.name, times);
    return times === 1 ? result : { ...result, name: `${result.name} (${times})` };
  });
}

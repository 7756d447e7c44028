import { adjustPValues } from '@leeway/stats';
import { comparedColumns, judgeComparison } from './compare.ts';
import { defineGate } from './gate.ts';
import { gateResult } from './gate-result.ts';

/** Several comparisons of which one is enough: the chance of a lucky one is paid for by Holm's correction. */
export const anyOf = defineGate<'any_of'>({
  type: 'any_of',
  phase: 'numbers',
  columns: ({ gates }) => gates.flatMap(comparedColumns),
  judge(gate, evidence) {
    const results = gate.gates.map((each) => judgeComparison({ ...each, type: 'compare' }, evidence).result);
    const adjusted = adjustPValues(
      results.map(({ pValue }) => pValue),
      'holm',
    );
    const proven = results.findIndex(
      ({ verdict }, i) => verdict === 'pass' && (adjusted[i] ?? 1) <= (1 - gate.gates[i]!.confidence) / 2,
    );
    const tables = [
      {
        title: 'Comparisons',
        columns: ['gate', 'champion', 'challenger', 'difference', 'lower', 'upper', 'p', 'p (Holm)', 'verdict'],
        rows: results.map((found, i) => [
          ...[found.name, found.champion, found.challenger, found.difference, found.lower, found.upper],
          ...[found.pValue, adjusted[i] ?? null, found.verdict],
        ]),
      },
    ];
    const told = results[Math.max(0, proven)]!;
    const { name: _name, type: _type, statement, ...numbers } = told;
    const base = { ...numbers, tables, metric: results.map(({ metric }) => metric).join(', ') };
    if (proven >= 0) {
      return gateResult(gate, {
        ...base,
        verdict: 'pass',
        reason: 'above_margin',
        statement,
        pValue: adjusted[proven]!,
      });
    }
    const reasons = new Set(results.map(({ reason }) => reason));
    if (results.every(({ verdict }) => verdict === 'fail')) {
      return gateResult(gate, { ...base, verdict: 'fail', reason: 'none_passes', statement: '' });
    }
    const reason = reasons.size === 1 && told.verdict === 'inconclusive' ? told.reason : 'none_proven';
    return gateResult(gate, { ...base, verdict: 'inconclusive', reason, statement: '' });
  },
});

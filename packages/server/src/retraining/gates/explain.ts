import type { GateResult, GateVerdict } from '@leeway/contract';
import { type ComparedImportance, compareImportance } from '../../explanations/compare-importance.ts';
import {
  type Finding,
  type Importance,
  type Judgement,
  judgeImportance,
} from '../../explanations/decide/judge-importance.ts';
import { importanceTable } from '../../explanations/gate-explanation.ts';
import { type ConfigOf, defineGate } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { figure, signed } from './words.ts';

/** What the challenger goes by, against what the champion goes by and what is expected. */
export const explain = defineGate<'explain'>({
  type: 'explain',
  phase: 'live',
  async judge(gate, live) {
    const rows = live.holdout.table.rows;
    const least = gate.minimumRows ?? live.evidence.minimumRows;
    const open = (reason: string) => gateResult(gate, { verdict: 'inconclusive', reason, n: rows });
    if (rows < least) return open('too_few_rows');
    const found = await compareImportance(gate, live);
    return typeof found === 'string' ? open(found) : judgeFound(gate, found);
  },
});

export function judgeFound(gate: ConfigOf<'explain'>, found: ComparedImportance): GateResult {
  const { challenger, champion, withoutChampion, note } = found;
  const judged = judgeImportance(gate, challenger, champion, withoutChampion);
  const { findings, features, moved } = judged;
  const similarity = findings.find(({ check }) => check === 'similarity');
  const deciding =
    findings.find(({ verdict }) => verdict === 'fail') ?? findings.find(({ verdict }) => verdict === 'inconclusive');
  const told = [...findings.filter(({ verdict }) => verdict !== 'pass').map(sentenceOf), ...movesOf(judged)];
  return gateResult(gate, {
    metric: challenger.unit,
    verdict: worst(findings),
    reason: deciding?.reason ?? 'as_expected',
    statement: [told.length > 0 ? told.join('; ') : passText(judged), note ?? ''].filter(Boolean).join('. '),
    challenger: similarity?.value ?? null,
    lower: similarity?.lower ?? null,
    upper: similarity?.upper ?? null,
    limit: similarity?.limit ?? null,
    test: howText(challenger),
    n: challenger.rows,
    tables: [
      {
        title: 'What was asked',
        columns: ['asked', 'feature', 'verdict', 'value', 'lower', 'upper', 'limit', 'why'],
        rows: findings.map((each) => [
          ...[ASKED[each.check], each.feature, each.verdict, each.value, each.lower, each.upper, each.limit],
          each.reason.replaceAll('_', ' '),
        ]),
      },
      importanceTable(features),
      ...(moved.length > 0
        ? [
            {
              title: 'Features whose share has moved',
              columns: ['feature', 'champion', 'challenger'],
              rows: moved.map(({ feature, from, to }) => [feature, from, to]),
            },
          ]
        : []),
    ],
  });
}

const ASKED: Record<Finding['check'], string> = {
  similarity: "ranked as by the champion's (nDCG)",
  sign: 'sign of the effect',
  top: 'among the first',
  forbidden: 'share of a forbidden feature',
  leak: 'largest share of a feature',
};

function worst(findings: readonly Finding[]): GateVerdict {
  if (findings.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return findings.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'pass';
}

function howText({ method, unit, repeats, rows }: Importance): string {
  const times = repeats[0]?.length ?? 0;
  if (method === 'permutation') return `permutation importance by ${unit}, ${times} shuffles of ${figure(rows)} rows`;
  if (method === 'shap') return `mean size of SHAP values (${unit}), ${times} parts of ${figure(rows)} rows`;
  return `as the trainer said (${unit})`;
}

function sentenceOf({ check, feature, reason, value, lower, upper, limit }: Finding): string {
  const interval = lower === null || upper === null || lower === upper ? '' : `, ${figure(lower)} to ${figure(upper)}`;
  const numbers = value === null ? reason.replaceAll('_', ' ') : `${figure(value)}${interval}`;
  switch (check) {
    case 'similarity':
      return `nDCG of its ranking against the champion's ${numbers} (asked: at least ${figure(limit)})`;
    case 'sign':
      return `more of ${feature} makes ${value === null ? numbers : `${signed(value)}${interval}`}, another sign than expected or not clear`;
    case 'top':
      return `${feature} is number ${numbers} (asked: among the first ${figure(limit)})`;
    case 'forbidden':
      return `${feature} has a share of ${numbers} (asked: at most ${figure(limit)})`;
    case 'leak':
      return `${feature} alone has a share of ${numbers} (asked: at most ${figure(limit)}): does it say the label?`;
  }
}

const movesOf = ({ moved }: Judgement): string[] =>
  moved.length === 0
    ? []
    : [`moved: ${moved.map(({ feature, from, to }) => `${feature} ${figure(from)} to ${figure(to)}`).join(', ')}`];

function passText({ features, kendallTau }: Judgement): string {
  const first = features.slice(0, 3).map(({ feature, share }) => `${feature} (${figure(share)})`);
  return `goes by ${first.join(', ')}${kendallTau === null ? '' : `; Kendall's tau to the champion's ranking ${figure(kendallTau)}`}`;
}

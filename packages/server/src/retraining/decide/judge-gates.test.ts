import { GateConfig, type GateResult } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { gateResult } from '../gates/gate-result.ts';
import { evidenceOf } from '../gates/testdata/evidence.ts';
import { firstMayServe, judgeNumbers, overallVerdict, uniqueNames, withoutGates } from './judge-gates.ts';

const gate = (verdict: GateResult['verdict'], reason = 'x') => gateResult({ type: 'compare' }, { verdict, reason });
const pass = gate('pass');
const fail = gate('fail');
const open = gate('inconclusive');
const first = gate('inconclusive', 'no_champion');

describe('overallVerdict', () => {
  const rows: [intent: string, results: GateResult[], verdict: string, mayServeFirst: boolean][] = [
    ['all pass', [pass, pass], 'pass', true],
    ['one is open', [pass, open], 'inconclusive', false],
    ['one fails', [pass, open, fail], 'fail', false],
    ['nothing to compare with is no proof', [first, first], 'inconclusive', true],
    ['nor does it stand in the way of what is proven', [first, pass], 'pass', true],
    ['nor does it hide what fails', [first, fail], 'fail', false],
    ['nothing to compare with, and too few rows', [first, open], 'inconclusive', false],
    ['no results', [], 'inconclusive', true],
  ];
  it.each(rows)('%s', (_, results, verdict, mayServeFirst) => {
    expect(overallVerdict(results)).toBe(verdict);
    expect(firstMayServe(results)).toBe(mayServeFirst);
  });
});

describe('judgeNumbers', () => {
  it('leaves what needs more than numbers to others', () => {
    const gates = [
      { type: 'threshold', metric: 'roc_auc', above: 0 },
      { type: 'signature' },
      { type: 'command', name: 'own', command: ['true'] },
    ].map((given) => GateConfig.parse(given));
    const results = judgeNumbers(gates, evidenceOf({ rows: 500 }));
    expect(results.map((found) => found?.type ?? null)).toEqual(['threshold', null, null]);
  });

  it.each([
    ['against a champion', {}, 'no_gates'],
    ['without one', { champion: null, withoutChampion: 'no_champion' as const }, 'no_champion'],
    ['with few rows', { minimumRows: 1000 }, 'too_few_rows'],
  ])('says that no gate is declared, %s', (_, more, reason) => {
    expect(withoutGates({ ...evidenceOf({ rows: 500 }), ...more })).toMatchObject({ verdict: 'inconclusive', reason });
  });

  it('tells gates of one name apart', () => {
    expect(uniqueNames([pass, fail]).map(({ name }) => name)).toEqual(['compare', 'compare (2)']);
  });
});

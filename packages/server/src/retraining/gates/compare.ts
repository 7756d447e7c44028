import type { GateResult, Margin } from '@leeway/contract';
import {
  compareByDeLong,
  compareByDieboldMariano,
  compareByMcNemar,
  optimalBlockLength,
  type PairedComparison,
  type PairedModels,
  pairedBootstrap,
  pValueOf,
  type Resampling,
  rowLosses,
  verdictOf,
} from '@leeway/stats';
import { type ConfigOf, defineGate, type Evidence } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { pairedModels } from './metrics.ts';
import { chooseRows, textOf } from './rows.ts';
import { comparisonStatement, figure } from './words.ts';

type Comparison = Omit<ConfigOf<'compare'>, 'type'>;

/** The challenger against the champion on the same rows. */
export const compare = defineGate<'compare'>({
  type: 'compare',
  phase: 'numbers',
  columns: (gate) => comparedColumns(gate),
  judge: (gate, evidence) => judgeComparison(gate, evidence).result,
});

export const comparedColumns = ({ slice = {}, resample }: Comparison): string[] => [
  ...Object.keys(slice),
  ...(typeof resample === 'object' ? [resample.cluster] : []),
];

/** The result, and the comparison that it rests on where there was one. */
export function judgeComparison(
  gate: Comparison & { type: string },
  evidence: Evidence,
): { result: GateResult; comparison: PairedComparison | null } {
  const rows = chooseRows(evidence, gate);
  const { metric, form, confidence } = gate;
  const open = (reason: string, n: number) => ({
    result: gateResult(gate, { metric, form, confidence, verdict: 'inconclusive', reason, n }),
    comparison: null,
  });
  if (rows === 'no_old_regime') return open(rows, 0);
  const n = rows.labels.length;
  const minimumRows = gate.minimumRows ?? evidence.minimumRows;
  if (n < minimumRows) return open('too_few_rows', n);
  if (rows.withoutChampion || !rows.champion) return open(rows.withoutChampion ?? 'no_champion', n);
  const { found, test } = compareBy(gate, rows, pairedModels(rows, rows.champion));
  const margin = marginOf(gate.margin, found.champion);
  const rule = { form, margin, minimumRows };
  const judged = verdictOf(found, rule);
  // McNemar's own p-value must agree that there is a difference at all.
  const unproven =
    judged.verdict !== 'inconclusive' && form === 'superiority' && margin === 0 && (found.pValue ?? 0) > 1 - confidence;
  const numbers = {
    ...{ metric, form, margin, confidence, test, better: found.better, n: found.n },
    champion: found.champion,
    challenger: found.challenger,
    difference: found.difference,
    lower: found.lower,
    upper: found.upper,
    pValue: pValueOfClaim(found, form, margin),
  };
  const statement = comparisonStatement(numbers);
  const verdict = unproven ? { verdict: 'inconclusive' as const, reason: 'interval_holds_margin' } : judged;
  return { result: gateResult(gate, { ...numbers, ...verdict, statement }), comparison: found };
}

/** One-sided p of the hypothesis that what is asked does not hold; of equivalence the larger of both. */
export function pValueOfClaim(found: PairedComparison, form: Comparison['form'], margin: number): number | null {
  if (form === 'superiority') return pValueOf(found, margin, 'above');
  const notWorse = pValueOf(found, -margin, 'above');
  if (form === 'non_inferiority' || notWorse === null) return notWorse;
  return Math.max(notWorse, pValueOf(found, margin, 'below')!);
}

export const marginOf = (margin: Margin, champion: number | null): number =>
  typeof margin === 'number' ? margin : margin.relative * Math.abs(champion ?? 0);

function compareBy(gate: Comparison, rows: Evidence, models: PairedModels): { found: PairedComparison; test: string } {
  const { metric, confidence } = gate;
  const { resampling, words, kind } = resamplingOf(gate.resample, rows, models, metric);
  const test = gate.test === 'auto' ? ownTest(metric, kind) : gate.test;
  if (test === 'delong') return { found: compareByDeLong({ models, metric, confidence }), test: "DeLong's test" };
  if (test === 'mcnemar') return { found: compareByMcNemar({ models, metric, confidence }), test: "McNemar's test" };
  if (test === 'diebold_mariano') {
    const time = gate.resample === 'days' ? daysOf(rows.times) : rows.times;
    const found = compareByDieboldMariano({ models, metric, confidence, time, horizon: gate.horizon });
    return {
      found,
      test: `Diebold-Mariano over ${figure(found.units)} ${gate.resample === 'days' ? 'days' : 'times'}`,
    };
  }
  const interval = test === 'bca' ? 'bca' : 'percentile';
  const { draws, better } = gate;
  const options = { metric, confidence, draws, resampling, interval, seed: rows.seed } as const;
  const found = pairedBootstrap(models, { ...options, ...(better ? { better } : {}) });
  return {
    found,
    test: `${test === 'bca' ? 'BCa bootstrap' : 'bootstrap'} of ${words(found.units)}, ${figure(draws)} draws`,
  };
}

const ownTest = (metric: string, kind: Resampling['of']): Comparison['test'] => {
  if (kind !== 'rows') return 'bootstrap';
  return metric === 'roc_auc' ? 'delong' : metric === 'accuracy' ? 'mcnemar' : 'bootstrap';
};

/** Days from which on whole days are drawn, so that rows of one day may depend on each other; below, rows are. */
const FEWEST_DAYS = 5;
const DAY_MS = 86_400_000;

export const daysOf = (times: Float64Array): Int32Array => Int32Array.from(times, (time) => Math.floor(time / DAY_MS));

export function resamplingOf(
  asked: Comparison['resample'],
  rows: Evidence,
  models: PairedModels,
  metric: string,
): { resampling: Resampling; kind: Resampling['of']; words: (units: number) => string } {
  if (typeof asked === 'object') {
    const column = rows.columns.get(asked.cluster);
    // Rows without a value belong to nobody else.
    const unit = Array.from(rows.labels, (_, row) => (column && textOf(column, row)) ?? -row - 1);
    return {
      resampling: { of: 'units', unit },
      kind: 'units',
      words: (units) => `${figure(units)} values of ${asked.cluster}`,
    };
  }
  if (asked === 'blocks') {
    const length = Math.ceil(optimalBlockLength(lossGaps(models, metric)));
    return {
      resampling: { of: 'blocks', length },
      kind: 'blocks',
      words: (units) => `${figure(units)} blocks of ${figure(length)} rows`,
    };
  }
  const days = daysOf(rows.times);
  if (asked === 'days' || (asked === 'auto' && new Set(days).size >= FEWEST_DAYS)) {
    return { resampling: { of: 'units', unit: days }, kind: 'units', words: (units) => `${figure(units)} days` };
  }
  return { resampling: { of: 'rows' }, kind: 'rows', words: (units) => `${figure(units)} rows` };
}

/** The difference of both models' losses in each row: of the metric where it is a mean of losses, else of the task. */
function lossGaps(models: PairedModels, metric: string): Float64Array {
  const usual = { regression: ['mse'], binary: ['brier_score', 'accuracy'], multiclass: ['log_loss', 'accuracy'] };
  for (const name of [metric, ...usual[models.task]]) {
    const [first, second] = [models.champion, models.challenger].map((model) => rowLosses(models, model, name));
    if (first && second) return second.map((loss, row) => loss - first[row]!);
  }
  return new Float64Array(models.labels.length);
}

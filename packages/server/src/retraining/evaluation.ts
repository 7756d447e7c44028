import type { GateConfig, GateResult, RunEvaluation } from '@leeway/contract';
import {
  binEdges,
  type ColumnSummary,
  calibrationCurve,
  distinctValueEdges,
  summarizeBinary,
  summarizeCategorical,
  summarizeNumeric,
} from '@leeway/stats';
import { judgeNumbers } from './decide/judge-gates.ts';
import type { Evidence, Metrics, Said } from './gates/gate.ts';
import { measure } from './gates/metrics.ts';
import { thinRows } from './gates/rows.ts';

export interface EvaluationInput extends Evidence {
  gates: readonly GateConfig[];
}

export interface EvaluationResult {
  /** Of every gate; null where numbers are not enough. */
  gates: (GateResult | null)[];
  /** Rows that the tests were done on. */
  usedRows: number;
  metrics: { challenger: Metrics; champion: Metrics | null };
  calibration: RunEvaluation['calibration'];
  /** What the challenger says of the held-out rows: its scores where it has them, its predictions otherwise. */
  profile: { of: 'score' | 'prediction'; summary: ColumnSummary };
  /** Its probabilities of several classes, by class. */
  classProfiles: ReadonlyMap<string, ColumnSummary>;
}

/** Rows that tests are done on at most: so many draws of more would take minutes, and tell no more. */
const MOST_TESTED = 200_000;

/** Measures both models on all rows and judges what numbers are enough for. Pure, and heavy: see `runEvaluation`. */
export function evaluate({ gates, ...evidence }: EvaluationInput): EvaluationResult {
  const tested = thinRows(evidence, MOST_TESTED);
  const { champion, challenger } = evidence;
  return {
    gates: judgeNumbers(gates, tested),
    usedRows: tested.labels.length,
    metrics: { challenger: measure(evidence, challenger), champion: champion && measure(evidence, champion) },
    calibration: calibrationOf(evidence),
    profile: profileOf(evidence),
    classProfiles: new Map(
      Array.from(challenger.ofClasses ?? [], ([name, scores]) => [name, summarizeScores(scores)] as const),
    ),
  };
}

function calibrationOf({ task, labels, challenger, champion }: Evidence): RunEvaluation['calibration'] {
  if (task !== 'binary' || !challenger.scores) return null;
  const curve = ({ scores, predicted }: Said) =>
    scores &&
    calibrationCurve(summarizeBinary(labels, scores, predicted)).map(({ n, mean_score, positive_share }) => ({
      ...{ score: mean_score, positives: positive_share, n },
    }));
  return { challenger: curve(challenger) ?? [], champion: champion && curve(champion) };
}

/** As the engine plans a numeric column: its values where they are few, otherwise its percentiles. */
const FEW_VALUES = 64;
const QUANTILES = 100;

function profileOf({ task, classes, challenger: { predicted, scores } }: Evidence): EvaluationResult['profile'] {
  if (!scores && task !== 'regression') return { of: 'prediction', summary: summarizeCategorical(predicted, classes) };
  return { of: scores ? 'score' : 'prediction', summary: summarizeScores(scores ?? predicted) };
}

function summarizeScores(values: Float64Array): ColumnSummary {
  const sorted = values.slice().sort();
  const distinct = new Set<number>();
  for (const value of sorted) {
    distinct.add(value);
    if (distinct.size > FEW_VALUES) break;
  }
  const edges =
    distinct.size <= FEW_VALUES
      ? distinctValueEdges([...distinct])
      : binEdges(Array.from({ length: QUANTILES + 1 }, (_, i) => quantileOfSorted(sorted, i / QUANTILES)));
  const mean = values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return summarizeNumeric(values, edges, mean);
}

function quantileOfSorted(values: Float64Array, q: number): number {
  const at = q * (values.length - 1);
  const low = values[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (values[Math.ceil(at)]! - low);
}

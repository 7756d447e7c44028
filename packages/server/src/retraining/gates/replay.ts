import { join } from 'node:path';
import { durationMs, type GateResult, type ModelConfig } from '@leeway/contract';
import { binEdges, type ColumnSummary, driftTest, summarizeCategorical, summarizeNumeric } from '@leeway/stats';
import type { Prediction } from '../../gateway/runtime.ts';
import { featureColumn, predictionRows } from '../../warehouse/model-tables.ts';
import { identifier, instant } from '../../warehouse/warehouse.ts';
import { readFeatures, scoreTable } from '../holdout.ts';
import { type ConfigOf, defineGate, type LiveEvidence } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { figure } from './words.ts';

/** Predictions for recent live traffic, compared with the champion's for the same rows. */
export const replay = defineGate<'replay'>({
  type: 'replay',
  phase: 'live',
  async judge(gate, live) {
    const { challenger, champion, model } = live;
    const open = (reason: string, n = 0) =>
      gateResult(gate, { metric: gate.distance, verdict: 'inconclusive', reason, n });
    if (!challenger.scorer) return open('external_model');
    if (!champion) return open('no_champion');
    if (!champion.scorer) return open('champion_not_scored');
    const path = await exportLive(gate, live);
    const table = await readFeatures(path, model);
    if (table.rows < gate.minimumRows) return open('too_few_rows', table.rows);
    const own = await scoreTable(challenger.scorer, model, table);
    live.signal.throwIfAborted();
    const former = await scoreTable(champion.scorer, model, table);
    return judgeReplay(gate, model, { champion: former, challenger: own });
  },
});

/** Writes the features of the newest live rows, in an order that never varies. */
async function exportLive(gate: ConfigOf<'replay'>, { model, warehouse, dir, now }: LiveEvidence): Promise<string> {
  const path = join(dir, 'replay.parquet');
  const features = Object.keys(model.columns.features).map((name) => `${featureColumn(name)} AS ${identifier(name)}`);
  await warehouse.exportParquet(
    path,
    `SELECT id, ${features.join(', ')} FROM ${predictionRows(model, "role = 'live' AND error = ''")} AS live
     ORDER BY time DESC, id LIMIT ${gate.rows}`,
    { from: instant(now - durationMs(gate.window)), to: instant(now + 1) },
    'gate/replay',
  );
  return path;
}

/** How far apart the predictions of two models lie over the same rows, and how many rows they decide otherwise. */
export function judgeReplay(
  gate: ConfigOf<'replay'>,
  model: Pick<ModelConfig, 'task'>,
  { champion, challenger }: { champion: Prediction; challenger: Prediction },
): GateResult {
  const n = champion.prediction.length;
  const [former, own] = summariesOf(champion, challenger);
  const id = former.kind === 'categorical' && gate.distance === 'kolmogorov_smirnov' ? 'psi' : gate.distance;
  const { statistic } = driftTest(id)!.compute(former, own);
  const base = { metric: gate.distance, challenger: statistic, limit: gate.below, n, better: 'lower' as const };
  const changed =
    model.task === 'regression'
      ? null
      : Array.from(challenger.prediction as string[]).filter((said, i) => said !== champion.prediction[i]).length / n;
  const tables = [
    {
      title: 'Predictions for live rows',
      columns: ['', 'champion', 'challenger'],
      rows: describe(champion, challenger),
    },
  ];
  const told = `${gate.distance} ${figure(statistic)} between the predictions of both for ${figure(n)} live rows, asked was below ${figure(gate.below)}${changed === null ? '' : `; ${figure(100 * changed)} % are decided otherwise${gate.changed === undefined ? '' : `, asked was at most ${figure(100 * gate.changed)} %`}`}`;
  const result = (verdict: GateResult['verdict'], reason: string) =>
    gateResult(gate, { ...base, tables, verdict, reason, statement: told });
  if (statistic === null) return result('inconclusive', 'no_distance');
  if (statistic >= gate.below) return result('fail', 'predictions_moved');
  if (gate.changed !== undefined && changed !== null && changed > gate.changed)
    return result('fail', 'decisions_moved');
  return result('pass', 'predictions_alike');
}

function summariesOf(champion: Prediction, challenger: Prediction): [ColumnSummary, ColumnSummary] {
  const [a, b] = [numbersOf(champion), numbersOf(challenger)];
  if (a && b) {
    const edges = binEdges(Array.from({ length: 11 }, (_, i) => quantileOf(a, i / 10)));
    const middle = a.reduce((sum, value) => sum + value, 0) / Math.max(1, a.length);
    return [summarizeNumeric(a, edges, middle), summarizeNumeric(b, edges, middle)];
  }
  const classes = [...new Set([...champion.prediction, ...challenger.prediction].map(String))].sort();
  const codes = ({ prediction }: Prediction) =>
    Float64Array.from(prediction as string[], (said) => classes.indexOf(String(said)));
  return [summarizeCategorical(codes(champion), classes), summarizeCategorical(codes(challenger), classes)];
}

const numbersOf = ({ prediction, score }: Prediction): Float64Array | null =>
  score ?? (prediction instanceof Float64Array ? prediction : null);

function quantileOf(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  return sorted[Math.round(q * (sorted.length - 1))] ?? 0;
}

function describe(champion: Prediction, challenger: Prediction): (string | number | null)[][] {
  const [a, b] = [numbersOf(champion), numbersOf(challenger)];
  if (a && b) {
    return [0.05, 0.25, 0.5, 0.75, 0.95].map((q) => [
      `${figure(100 * q)} % quantile`,
      quantileOf(a, q),
      quantileOf(b, q),
    ]);
  }
  const count = ({ prediction }: Prediction, name: string) =>
    Array.from(prediction as string[]).filter((said) => said === name).length;
  const names = [...new Set([...champion.prediction, ...challenger.prediction].map(String))].sort().slice(0, 30);
  return names.map((name) => [name, count(champion, name), count(challenger, name)]);
}

import type { GateResult } from '@leeway/contract';
import type { Scorer } from '../context.ts';
import { rowsBatch } from '../holdout.ts';
import { type ConfigOf, defineGate } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { figure } from './words.ts';

/** Rounds, in each of which both models are called in turns: what slows the machine down for a while slows both. */
const ROUNDS = 10;

/** Milliseconds of calls with one row, a list for each round. */
export interface Timings {
  challenger: number[][];
  champion: number[][] | null;
  /** Rows a second of one large batch. */
  throughput: { challenger: number; champion: number | null };
}

/** Time of calls with one row, measured here in turns with the champion. */
export const latency = defineGate<'latency'>({
  type: 'latency',
  phase: 'live',
  async judge(gate, { challenger, champion, holdout, model, signal }) {
    const metric = 'latency_p95_ms';
    if (!challenger.scorer) return gateResult(gate, { metric, verdict: 'inconclusive', reason: 'external_model' });
    if (holdout.table.rows === 0) return gateResult(gate, { metric, verdict: 'inconclusive', reason: 'too_few_rows' });
    const scorers = { challenger: challenger.scorer, champion: champion?.scorer ?? null };
    const timings = await measureCalls(scorers, (row) => rowsBatch(holdout, model, row, row + 1), {
      rows: holdout.table.rows,
      calls: gate.calls,
      large: rowsBatch(holdout, model, 0, Math.min(4_096, holdout.table.rows)),
      signal,
    });
    return judgeTimings(gate, timings, champion !== null && !champion.scorer);
  },
});

type Batch = ReturnType<typeof rowsBatch>;

async function measureCalls(
  { challenger, champion }: { challenger: Scorer; champion: Scorer | null },
  rowOf: (row: number) => Batch,
  { rows, calls, large, signal }: { rows: number; calls: number; large: Batch; signal: AbortSignal },
): Promise<Timings> {
  const time = async (scorer: Scorer, batch: Batch) => {
    const started = performance.now();
    await scorer.predict(batch);
    return performance.now() - started;
  };
  const perRound = Math.ceil(calls / ROUNDS);
  // The first calls load code and fill caches.
  for (let i = 0; i < perRound; i++) {
    await time(challenger, rowOf(i % rows));
    if (champion) await time(champion, rowOf(i % rows));
  }
  const timings = { challenger: [] as number[][], champion: [] as number[][] };
  for (let round = 0; round < ROUNDS; round++) {
    signal.throwIfAborted();
    const own: number[] = [];
    const others: number[] = [];
    for (let i = 0; i < perRound; i++) {
      const batch = rowOf((round * perRound + i) % rows);
      // Who comes first changes with each call.
      if (champion && i % 2 === 0) others.push(await time(champion, batch));
      own.push(await time(challenger, batch));
      if (champion && i % 2 === 1) others.push(await time(champion, batch));
    }
    timings.challenger.push(own);
    timings.champion.push(others);
  }
  const persecond = async (scorer: Scorer) => (1_000 * large.rows) / (await time(scorer, large));
  const throughput = {
    challenger: await persecond(challenger),
    champion: champion ? await persecond(champion) : null,
  };
  return { challenger: timings.challenger, champion: champion ? timings.champion : null, throughput };
}

/**
 * Slower by more than the ratio in the middle round is a fail only if it was so in at least 8 of 10 rounds (one-sided sign test,
 * p 0.055): a noisy neighbour is no reason to refuse a model.
 */
export function judgeTimings(gate: ConfigOf<'latency'>, timings: Timings, championLacks: boolean): GateResult {
  const p95 = (values: readonly number[]) => {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.ceil(0.95 * sorted.length) - 1)]!;
  };
  const challenger = p95(timings.challenger.flat());
  const champion = timings.champion ? p95(timings.champion.flat()) : null;
  const ratios = (timings.champion ?? []).map((round, i) => p95(timings.challenger[i]!) / p95(round));
  const sorted = ratios.toSorted((a, b) => a - b);
  const ratio = ratios.length === 0 ? null : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  const above = ratios.filter((value) => value > gate.ratio).length;
  const base = {
    ...{
      metric: 'latency_p95_ms',
      better: 'lower' as const,
      challenger,
      champion,
      n: timings.challenger.flat().length,
    },
    difference: champion === null ? null : challenger - champion,
    limit: gate.belowMs ?? (champion === null ? null : gate.ratio * champion),
    test: `calls with one row, in ${timings.challenger.length} rounds in turns`,
    tables: [
      {
        title: 'Calls',
        columns: ['', 'p95 of one row, ms', 'rows a second in a batch'],
        rows: [
          ['challenger', challenger, timings.throughput.challenger],
          ['champion', champion, timings.throughput.champion],
        ],
      },
    ],
  };
  const told = `95th percentile ${figure(challenger)} ms${ratio === null ? '' : ` against ${figure(champion)} ms, ratio ${figure(ratio)} in the middle round (asked: at most ${figure(gate.ratio)})`}`;
  const result = (verdict: GateResult['verdict'], reason: string) =>
    gateResult(gate, { ...base, verdict, reason, statement: told });
  if (gate.belowMs !== undefined && challenger > gate.belowMs) return result('fail', 'too_slow');
  if (ratio !== null && ratio > gate.ratio) {
    return above >= 0.8 * ratios.length ? result('fail', 'slower_than_champion') : result('inconclusive', 'too_noisy');
  }
  if (ratio === null && championLacks) return result('inconclusive', 'champion_not_scored');
  if (ratio === null && gate.belowMs === undefined) return result('inconclusive', 'no_champion');
  return result('pass', 'fast_enough');
}

import { durationMs } from '@leeway/contract';
import type { Scope } from '../monitoring/check.ts';
import { labelledRows } from '../warehouse/model-tables.ts';
import { instant, type Params } from '../warehouse/warehouse.ts';

/** SQL of labelled rows that an estimator may learn from, and what it binds. */
export interface Lessons {
  sql: string;
  params: Params;
  /** Tells them from other rows of the model; null where what is learned of them is not to be kept. */
  key: string | null;
  /** A time among them. */
  at: number;
}

/**
 * Where an estimator of a window learns, in the order in which it is tried: the rows of the reference, and then all rows
 * before the window, of the last 90 days. Another version's scores and errors say nothing of this one's: only rows that
 * the serving version answered count, and those that name no version.
 */
export function lessonsOf({ model, monitor, reference, champion, from, asOf }: Scope): Lessons[] {
  const version = champion === '' ? '' : ' AND version IN ({champion:String}, {unnamed:String})';
  const where = `role IN ('live', 'history') AND error = ''${version}`;
  const bound = { asOf: instant(asOf), champion, unnamed: '' };
  const between = (start: number, end: number) => ({ ...bound, from: instant(start), to: instant(end) });
  const earlier: Lessons = {
    sql: labelledRows(model, where),
    params: between(from - EARLIER, from),
    key: null,
    at: from,
  };
  const spans = reference?.spans ?? [];
  if (spans.length === 0) return [earlier];
  const inSpans = `arrayExists((a, b) -> toUnixTimestamp64Milli(time) >= a AND toUnixTimestamp64Milli(time) < b,
    {spanStarts:Array(Int64)}, {spanEnds:Array(Int64)})`;
  const { kind } = monitor.reference ?? model.reference;
  // Before the labels of the reference are in, and in windows that lie inside of it, what is learned is not kept.
  const end = spans.at(-1)!.end;
  const labelled = from >= end && asOf >= end + durationMs(monitor.maturity.delay);
  const fixed = labelled && (kind === 'training' || kind === 'validation' || kind === 'period');
  const whole: Lessons = {
    sql: labelledRows(model, spans.length === 1 ? where : `${where} AND ${inSpans}`),
    params: {
      ...between(spans[0]!.start, end),
      spanStarts: spans.map(({ start }) => start),
      spanEnds: spans.map(({ end }) => end),
    },
    key: fixed ? `${reference!.key}/${champion}` : null,
    at: spans[0]!.start,
  };
  return [whole, earlier];
}

const EARLIER = 90 * 86_400_000;

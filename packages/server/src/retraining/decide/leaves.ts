import type { TriggerLeaf } from '@leeway/contract';
import { formatNumber, formatShare, formatTime, formatValue, nameMetric } from '../../notify/format.ts';
import { previousTime } from './cron-time.ts';
import type { Measured, Observation } from './observation.ts';

export type Truth = 'true' | 'false' | 'unknown';

type LeafOf<K extends TriggerLeaf['on']> = Extract<TriggerLeaf, { on: K }>;
export type MetricLeaf = LeafOf<'metric'>;
export type DriftLeaf = LeafOf<'drift'>;

/** Whether a leaf holds at a moment. */
interface Judged {
  label: string;
  truth: Truth;
  value: number | null;
  limit: number | null;
  why: string;
  /** What it is that makes it true: the same occasion never begins two runs. Empty unless it is true. */
  occasion: string;
}

/** A leaf is true or not at a moment, whatever was before; what can't be told is unknown. */
export function judgeLeaf(leaf: TriggerLeaf, seen: Observation): Judged {
  switch (leaf.on) {
    case 'alert':
      return judgeAlert(leaf, seen);
    case 'schedule':
      return judgeSchedule(leaf, seen);
    case 'metric':
      return judgeMetric(leaf, seen);
    case 'drift':
      return judgeDrift(leaf, seen);
    case 'labels':
    case 'data':
      return judgeCount(leaf, seen);
  }
}

/** Whether a window says something of the champion: one that ended before it served is about another version. */
const isOfChampion = ({ championSince }: Observation, windowEnd: number): boolean =>
  championSince === null || windowEnd > championSince;

const BEFORE = 'before the champion served, so that nothing is known of it';

function judgeAlert({ rule }: LeafOf<'alert'>, seen: Observation): Judged {
  const label = `alert of ${rule}`;
  const firing = seen.firing.filter((alert) => alert.rule === rule);
  if (firing.length === 0) return { label, ...no(`no alert of ${rule} fires`) };
  const found = firing.filter(({ windowEnd }) => isOfChampion(seen, windowEnd));
  if (found.length === 0) return { label, ...no(`${firing[0]!.id} fires by a window that ended ${BEFORE}`) };
  const occasion = found.map(({ id, windowEnd }) => `alert ${id} ${windowEnd}`).join(' ');
  return { label, ...yes(`${found.map(({ id }) => id).join(', ')} fires`, occasion) };
}

function judgeSchedule({ cron, timeZone }: LeafOf<'schedule'>, { now, since, lastBegun }: Observation): Judged {
  const label = `schedule ${cron}${timeZone === 'UTC' ? '' : ` ${timeZone}`}`;
  const tick = previousTime({ cron, timeZone }, now);
  if (tick === null || tick < since) return { label, ...no('its time has not come since it was configured') };
  const at = formatTime(tick);
  if (lastBegun !== null && lastBegun >= tick) return { label, ...no(`a run has begun since its time, ${at}`) };
  return {
    label,
    ...yes(`its time came at ${at}, and no run has begun since`, `schedule ${cron} ${timeZone} ${tick}`),
  };
}

function judgeMetric(leaf: MetricLeaf, seen: Observation): Judged {
  const { metric, above, below, drop } = leaf;
  const found = seen.measured(leaf);
  const limits = [
    ...(above === undefined ? [] : [`above ${formatValue(metric, above)}`]),
    ...(below === undefined ? [] : [`below ${formatValue(metric, below)}`]),
    ...(drop ? [`worse by ${dropText(leaf)} than ${BASE[drop.against]}`] : []),
  ];
  const name = nameMetric(leaf);
  const label = `${name} ${limits.join(' or ')}`;
  if (found === null) return { label, ...unknown(`no window has a value of ${name}`) };
  const { value, windowEnd } = found;
  if (!isOfChampion(seen, windowEnd)) return { label, ...unknown(`the newest window ended ${BEFORE}`) };
  const judged = [
    ...(above === undefined ? [] : [{ truth: truthOf(value > above), limit: above }]),
    ...(below === undefined ? [] : [{ truth: truthOf(value < below), limit: below }]),
    ...(drop ? [judgeDrop(drop, found)] : []),
  ];
  const telling = judged.find(({ truth }) => truth === 'true') ?? judged.find(({ truth }) => truth === 'unknown');
  const truth = telling?.truth ?? 'false';
  const { limit } = telling ?? judged[0] ?? { limit: null };
  const base = truth === 'unknown' ? `, and ${BASE[drop?.against ?? 'reference']} is not known` : '';
  const why = `it is ${formatValue(metric, value)} in the window to ${formatTime(windowEnd)}${base}`;
  const occasion = truth === 'true' ? `${name} ${windowEnd}` : '';
  return { label, truth, value, limit, why, occasion };
}

const BASE = {
  reference: 'the reference',
  best: 'its best window',
  champion_at_promotion: 'on the held-out rows of the champion',
} as const;

const dropText = ({ metric, drop }: MetricLeaf): string =>
  drop?.relative === undefined ? formatValue(metric, drop?.absolute ?? 0) : formatShare(drop.relative);

function judgeDrop(
  { absolute, relative, against }: NonNullable<MetricLeaf['drop']>,
  { value, better, ...bases }: Measured,
): { truth: Truth; limit: number | null } {
  const base = { reference: bases.reference, best: bases.best, champion_at_promotion: bases.promoted }[against];
  if (base === null || better === null) return { truth: 'unknown', limit: null };
  const by = absolute ?? (relative ?? 0) * Math.abs(base);
  const limit = better === 'higher' ? base - by : base + by;
  return { truth: truthOf(better === 'higher' ? value <= limit : value >= limit), limit };
}

function judgeDrift(leaf: DriftLeaf, seen: Observation): Judged {
  const { columns, share } = leaf;
  const found = seen.drifted(leaf);
  const wanted = share === undefined ? 'any' : `${formatShare(share)} or more`;
  const label = `drift of ${wanted} of ${columns ? columns.join(', ') : 'the features'}`;
  if (found === null) return { label, ...unknown('no window has judged drift') };
  if (!isOfChampion(seen, found.windowEnd)) return { label, ...unknown(`the newest window ended ${BEFORE}`) };
  const at = `in the window to ${formatTime(found.windowEnd)}`;
  const known = columns?.flatMap((column) => found.scores.get(column) ?? []);
  const part = known
    ? known.length === 0
      ? null
      : known.filter((score) => score >= 1).length / known.length
    : found.share;
  if (part === null) return { label, ...unknown(`nothing is known of them ${at}`) };
  const limit = share ?? null;
  const holds = limit === null ? part > 0 : part >= limit;
  const why = `${formatShare(part)} drifted ${at}`;
  return {
    ...{ label, truth: truthOf(holds), value: part, limit, why },
    occasion: holds ? `drift ${columns?.join(',') ?? ''} ${found.windowEnd}` : '',
  };
}

function judgeCount({ on, atLeast }: LeafOf<'labels' | 'data'>, seen: Observation): Judged {
  const value = on === 'labels' ? seen.newLabels : seen.newRows;
  const what = on === 'labels' ? 'labelled rows' : 'rows';
  const label = `${formatNumber(atLeast)} new ${what}`;
  if (value === null) return { label, ...unknown('they were not counted') };
  const count = `${formatNumber(value)} ${what}`;
  const why = seen.dataEnd === null ? `there are ${count}` : `${count} have come since the data of the last run`;
  // Each further lot is an occasion of its own, so that a run which failed is not the last.
  const occasion = value >= atLeast ? `${on} ${seen.dataEnd ?? 0} ${Math.floor(value / atLeast)}` : '';
  return { label, truth: truthOf(value >= atLeast), value, limit: atLeast, why, occasion };
}

const truthOf = (holds: boolean): Truth => (holds ? 'true' : 'false');
const rest = { value: null, limit: null };
const no = (why: string) => ({ truth: 'false' as const, ...rest, why, occasion: '' });
const unknown = (why: string) => ({ truth: 'unknown' as const, ...rest, why, occasion: '' });
const yes = (why: string, occasion: string) => ({ truth: 'true' as const, ...rest, why, occasion });

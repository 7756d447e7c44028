import type { Measurement } from '@leeway/contract';

export interface GroupRow {
  group: string;
  n: number;
  /** By metric, such as fairness.selection_rate. */
  measures: Map<string, Measurement>;
  /** Why it is not among the groups compared, in none or in some of the measures; empty where it is. */
  left: string;
}

export interface FairnessNow {
  /** The window of the measurements. */
  window: Measurement;
  /** Why there are none; empty where there are. */
  reason: string;
  /** Differences and ratios between the groups. */
  disparities: Measurement[];
  groups: GroupRow[];
  /** Metrics that the groups have. */
  measures: string[];
}

export const isRatio = (metric: string): boolean => metric.endsWith('_ratio');
const isDisparity = (metric: string): boolean => isRatio(metric) || metric.endsWith('_difference');

const FOUR_FIFTHS = 0.8;

/** Where a line helps to see what a value means: at the limit, or at four fifths for a ratio that has none. */
export const guideOf = ({ metric, threshold }: Measurement): number | null =>
  threshold ?? (isRatio(metric) ? FOUR_FIFTHS : null);

/** Protected attributes that were measured; several together are one, such as "sex, race". */
export const attributesOf = (measurements: readonly Measurement[]): string[] => [
  ...new Set(measurements.map(attributeOf)),
];

/** The attribute is the column; of a group without one, what stands before each "=" of its slice. */
export function attributeOf({ column, slice }: Pick<Measurement, 'column' | 'slice'>): string {
  if (column !== '') return column;
  return slice
    .split(', ')
    .map((part) => part.slice(0, Math.max(0, part.indexOf('='))))
    .join(', ');
}

/** What is known of an attribute in the last window in which it was measured; null where it never was. */
export function fairnessNow(measurements: readonly Measurement[], attribute: string): FairnessNow | null {
  const own = measurements.filter((one) => attributeOf(one) === attribute);
  const last = own
    .map(({ windowStart }) => windowStart)
    .sort()
    .at(-1);
  const now = own.filter(({ windowStart }) => windowStart === last);
  const window = now[0];
  if (!window) return null;
  const rows = new Map<string, GroupRow>();
  for (const measurement of now.filter(({ slice }) => slice !== '')) {
    const { slice, metric, n } = measurement;
    const row = rows.get(slice) ?? { group: groupName(slice), n: 0, measures: new Map(), left: '' };
    row.measures.set(metric, measurement);
    row.n = Math.max(row.n, n);
    rows.set(slice, row);
  }
  const groups = [...rows.values()].map((row) => ({ ...row, left: leftOut(row) }));
  return {
    window,
    // Those with a limit come first.
    disparities: now
      .filter(({ slice, metric }) => slice === '' && isDisparity(metric))
      .sort((a, b) => Number(b.threshold !== null) - Number(a.threshold !== null)),
    reason: now.find(({ metric }) => metric === 'fairness.groups')?.reason ?? '',
    groups: groups.sort((a, b) => b.n - a.n || a.group.localeCompare(b.group)),
    measures: [...new Set(groups.flatMap(({ measures }) => [...measures.keys()]))],
  };
}

const groupName = (slice: string): string =>
  slice
    .split(', ')
    .map((part) => part.slice(part.indexOf('=') + 1))
    .join(', ');

function leftOut({ measures }: GroupRow): string {
  const all = [...measures.values()];
  const out = all.filter(({ status }) => status !== 'ok');
  if (out.length === 0) return '';
  return `${out.length < all.length ? 'in part' : 'no'}: ${inWords(out[0]!.reason) || 'too small'}`;
}

/** A reason that may be a code, such as too_few_rows. */
export const inWords = (reason: string): string => (/^[a-z_]+$/.test(reason) ? reason.replaceAll('_', ' ') : reason);

import type { Cause, ColumnsConfig, Measurement } from '@leeway/contract';
import { formatNumber, formatShare, formatValue, nameMetric, plain } from '../../notify/format.ts';
import { concentratedSlices } from './concentrated-slices.ts';

export interface CauseInput {
  /** The measurement that the alert is about. */
  subject: Measurement;
  /** All measurements of the same model and window. */
  measurements: readonly Measurement[];
  columns: Pick<ColumnsConfig, 'prediction' | 'score' | 'scores' | 'label'>;
  /** Which way is worse for the subject. */
  worse: 'higher' | 'lower';
}

type Suspect = Cause['columns'][number] & {
  kind: 'data_quality' | 'input_drift' | 'prediction_drift';
  /** Of data quality: that the reference never had such values, and nothing more. */
  inferred: boolean;
  slices: Cause['slices'];
};

const MOST_COLUMNS = 5;
const MOST_SLICES = 3;
/** A share is a finding when it is this far above that of the reference, and at least twice that. */
const MATERIAL = 0.01;

/**
 * What is most likely behind an alert, in the order in which one thing brings about the next: a broken feed, other inputs,
 * other predictions; and if none of them shows while the outcomes got worse, the world itself has changed. Values that only
 * the reference never had are no broken feed where the inputs have drifted: the world moves beyond old ranges, too.
 */
export function findCause({ subject, measurements, columns, worse }: CauseInput): Cause {
  const judged = measurements.filter((m) => m.status === 'ok' && m.value !== null && m.version === subject.version);
  const scope = judged.some((m) => m.column !== '' && m.slice === subject.slice) ? subject.slice : '';
  const whole = judged.filter((m) => m.slice === scope && m.column !== '');
  const suspects = [
    ...whole
      .filter((m) => isQualityFinding(m) || isSubject(m, subject, 'quality.'))
      .map((m) => qualitySuspect(m, judged)),
    ...whole
      .filter((m) => m.metric === 'drift.score' && m.column !== columns.label)
      .filter((m) => m.value! >= 1 && m.detail['drifted'] !== false)
      .map((m) => driftSuspect(m, columns)),
  ];
  const weak = (suspect: Suspect) => suspect.inferred && !isSubject(suspect, subject, 'quality.');
  const order: readonly [Suspect['kind'], (suspect: Suspect) => boolean][] = [
    ['data_quality', (suspect) => !weak(suspect)],
    ['input_drift', () => true],
    ['data_quality', weak],
    ['prediction_drift', () => true],
  ];
  for (const [kind, fits] of order) {
    const found = suspects
      .filter((suspect) => suspect.kind === kind && fits(suspect))
      .sort((a, b) => b.value - a.value);
    const [worst] = found;
    if (!worst) continue;
    const rest = suspects.filter((suspect) => !found.includes(suspect)).sort((a, b) => b.value - a.value);
    return {
      kind,
      summary: sentence(kind, found),
      columns: [...found, ...rest]
        .slice(0, MOST_COLUMNS)
        .map(({ column, metric, value, text }) => ({ column, metric, value, text })),
      slices: worst.slices.length > 0 ? worst.slices.slice(0, MOST_SLICES) : worstSlices(subject, judged, worse),
      inferred: found.every((suspect) => suspect.inferred),
    };
  }
  const slices = worstSlices(subject, judged, worse);
  return { ...withoutSuspect(subject, whole.length > 0), columns: [], slices, inferred: false };
}

function withoutSuspect(subject: Measurement, looked: boolean): Pick<Cause, 'kind' | 'summary'> {
  const { metric, value, reference } = subject;
  if (metric.startsWith('service.'))
    return { kind: 'service', summary: 'The service itself: no column of the data stands out.' };
  if (!looked || value === null || metric.includes('.'))
    return { kind: 'unknown', summary: 'Nothing else in this window stands out.' };
  const before = reference === null ? '' : ` against ${formatValue(metric, reference)} in the reference`;
  return {
    kind: 'concept',
    summary: `The inputs look as they did, but the outcomes no longer follow from them: ${nameMetric(subject)} is ${formatValue(metric, value)}${before}.`,
  };
}

const isSubject = (m: Pick<Measurement, 'metric' | 'column'>, subject: Measurement, family: string): boolean =>
  m.metric.startsWith(family) && m.metric === subject.metric && m.column === subject.column;

/** Gaps and constants are trouble whatever was declared; new values and new ranges may be the world's. */
const isInferred = ({ metric, detail }: Measurement): boolean =>
  detail['basis'] === 'inferred' && (metric === 'quality.range_share' || metric === 'quality.new_category_share');

function isQualityFinding({ metric, value, threshold, reference, detail }: Measurement): boolean {
  if (!metric.startsWith('quality.') || value === null) return false;
  // Beyond what chance makes of a reference.
  if (detail['basis'] === 'inferred' && detail['found'] === false) return false;
  if (threshold !== null) return value > threshold;
  const usual = reference ?? 0;
  return metric.endsWith('_share') && value - usual >= MATERIAL && value >= 2 * usual;
}

function qualitySuspect(m: Measurement, judged: readonly Measurement[]): Suspect {
  const sliced = judged.filter(
    (s) => s.metric === m.metric && s.column === m.column && s.slice !== '' && s.slice !== m.slice,
  );
  const slices = m.slice === '' ? concentratedSlices(m, sliced) : [];
  const mostly = slices.length === 0 ? '' : `, mostly ${nameSlices(slices.map((s) => s.slice))}`;
  return {
    kind: 'data_quality',
    inferred: isInferred(m),
    column: m.column,
    metric: m.metric,
    value: m.value!,
    text: plain(`${m.column}: ${qualityText(m)}${mostly}`, 300),
    slices: slices.map((s) => ({ slice: s.slice, metric: s.metric, value: s.value!, n: s.n })),
  };
}

/** "12.4 % of values above 2,724 (reference 0 %)" */
function qualityText({ metric, value, reference, detail }: Measurement): string {
  const usual = reference === null ? '' : ` (reference ${formatValue(metric, reference)})`;
  if (metric === 'quality.range_share') return `${formatShare(value!)} of values ${outsideText(detail)}${usual}`;
  if (metric === 'quality.missing_share') return `${formatShare(value!)} of values missing${usual}`;
  if (metric === 'quality.new_category_share') {
    const values = categoryNames(detail['values']).slice(0, 3);
    const names = values.length === 0 ? '' : `, such as ${values.join(', ')}`;
    return `${formatShare(value!)} of values never seen before${names}${usual}`;
  }
  if (metric === 'quality.pattern_share') return `${formatShare(value!)} of values not of the declared pattern`;
  if (metric === 'quality.repeated_share') return `${formatShare(value!)} of values that were to be unique come again`;
  if (metric === 'quality.constant') return 'every value the same, where the reference varies';
  return `${metric} ${formatValue(metric, value!)}${usual}`;
}

/** Which side of the allowed range the values are on, from the furthest of them. */
function outsideText(detail: Measurement['detail']): string {
  const number = (name: string) => (typeof detail[name] === 'number' ? (detail[name] as number) : null);
  const [min, max] = [number('min'), number('max')];
  const high = number('highest') ?? number('worst');
  const low = number('lowest') ?? number('worst');
  const over = max !== null && high !== null && high > max;
  const under = min !== null && low !== null && low < min;
  if (over && !under) return `above ${formatNumber(max)}`;
  if (under && !over) return `below ${formatNumber(min)}`;
  return min !== null && max !== null ? `outside ${formatNumber(min)} to ${formatNumber(max)}` : 'out of range';
}

function categoryNames(values: unknown): string[] {
  if (!Array.isArray(values)) return [];
  return values.map((entry) =>
    String(entry !== null && typeof entry === 'object' && 'value' in entry ? entry.value : entry),
  );
}

function driftSuspect(m: Measurement, columns: CauseInput['columns']): Suspect {
  const { prediction, score, scores = {} } = columns;
  const output = [prediction, score, ...Object.values(scores)].includes(m.column);
  const { test, statistic, threshold } = m.detail;
  const how =
    typeof test === 'string' && typeof statistic === 'number' && typeof threshold === 'number'
      ? `${test} ${formatNumber(statistic)}, threshold ${formatNumber(threshold)}`
      : `drift score ${formatNumber(m.value!)}`;
  return {
    kind: output ? 'prediction_drift' : 'input_drift',
    inferred: false,
    column: m.column,
    metric: m.metric,
    value: m.value!,
    text: plain(`${m.column}: distributed differently (${how})`, 300),
    slices: [],
  };
}

function sentence(kind: Suspect['kind'], found: Suspect[]): string {
  const more = found.length > 1 ? `, and ${found.length - 1} more` : '';
  const texts = `${found[0]!.text}${more}`;
  if (kind === 'data_quality' && found.every(({ inferred }) => inferred))
    return `Values came that the reference never had: ${texts}.`;
  if (kind === 'data_quality') return `The data are broken: ${texts}.`;
  if (kind === 'input_drift') return `The inputs have changed: ${texts}.`;
  return `The predictions have changed while the inputs have not: ${texts}.`;
}

/** "origin=JFK, LAX": the column is named once. */
function nameSlices(slices: string[]): string {
  const [first = '', ...rest] = slices.slice(0, MOST_SLICES);
  const column = first.slice(0, first.indexOf('=') + 1);
  const more = slices.length > MOST_SLICES ? ` and ${slices.length - MOST_SLICES} more` : '';
  return (
    [first, ...rest.map((slice) => (slice.startsWith(column) ? slice.slice(column.length) : slice))].join(', ') + more
  );
}

/** Slices in which the alert's own number is worse than over all rows, the worst first. */
function worstSlices(
  subject: Measurement,
  judged: readonly Measurement[],
  worse: CauseInput['worse'],
): Cause['slices'] {
  const { metric, column, value, slice: own } = subject;
  if (value === null) return [];
  const sign = worse === 'higher' ? 1 : -1;
  return judged
    .filter((m) => m.metric === metric && m.column === column && m.slice !== '' && m.slice !== own)
    .filter((m) => sign * (m.value! - value) > 0)
    .sort((a, b) => sign * (b.value! - a.value!))
    .slice(0, MOST_SLICES)
    .map((m) => ({ slice: m.slice, metric, value: m.value!, n: m.n }));
}

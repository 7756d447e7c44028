import { createHash } from 'node:crypto';
import type { Cause, Measurement, ModelConfig } from '@leeway/contract';
import { formatNumber, formatValue, formatWindow, nameMetric } from '../notify/format.ts';
import { defaultSummary } from '../notify/message.ts';
import { decode, encode } from '../store/json.ts';
import { alertLabels } from './decide/alert-labels.ts';
import type { Evaluated } from './decide/evaluate-window.ts';
import { findCause } from './decide/find-cause.ts';
import { awaitsLabels, dependsOnLabels } from './decide/late-labels.ts';
import { type AlertSeverity, severityOf } from './decide/window-cost.ts';
import { renderSummary } from './render-summary.ts';
import type { AlertRow, Evidence } from './rows.ts';

/** The window that was judged, with all that was measured of it. */
export interface JudgedWindow {
  model: ModelConfig;
  monitor: string;
  measurements: readonly Measurement[];
  windowStart: number;
  windowEnd: number;
  /** Whether no label will change it any more. */
  final: boolean;
  /** Version that served. */
  version: string;
  /** Estimated cost of its mistakes. */
  cost: number | null;
}

/** An alert is one episode of one instance of a rule; the same episode has the same id, however often it is evaluated. */
export function alertId(model: string, rule: string, instance: string, fingerprint: string, since: number): string {
  const hash = createHash('sha256').update(JSON.stringify([model, rule, instance, fingerprint, since]));
  return `alert_${hash.digest('hex').slice(0, 20)}`;
}

type Described = Omit<AlertRow, 'state' | 'noData' | 'firedAt' | 'resolvedAt'>;

/** What an alert says. Its numbers stay those of the last bad window: of a later, better one it says only how it was. */
export function describeAlert(
  id: string,
  window: JudgedWindow,
  result: Evaluated,
  old: AlertRow | undefined,
  now: number,
): Described {
  const { model, monitor, windowStart, windowEnd } = window;
  const { rule, instance, kind, subject, measurement, judgement, conditions, after } = result;
  const cost = isBad(result) ? window.cost : (old?.cost ?? window.cost);
  const severity = severityOf(rule.severity, cost, old ? (old.severity as AlertSeverity) : null);
  const wording = {
    severity,
    labels: encode(alertLabels(model, monitor, rule, subject, { severity, kind })),
    runbook: rule.runbook ?? null,
    certainty: certaintyOf(window, result, old),
  };
  if (old && (!isBad(result) || windowEnd < after.windowEnd)) {
    const evidence = decode<Evidence>(old.evidence as string);
    const why = windowEnd < after.windowEnd ? evidence.why : judgement.why;
    return { ...old, ...wording, evidence: encode<unknown>({ ...evidence, why }) };
  }
  const { column, slice, metric, lower, upper, n, coverage, reference } = measurement;
  const { value, threshold, why } = judgement;
  const cause = judgement.verdict === 'breach' && kind === 'breach' ? causeOf(window, result) : null;
  const evidence: Evidence = { lower, upper, n, coverage, reference, why, conditions: conditions.map(conditionOf) };
  const otherwise =
    kind === 'error'
      ? `${nameMetric(measurement)} failed`
      : defaultSummary({ metric, column, slice, value, threshold });
  const own = kind === 'breach' ? rule.summary : undefined;
  return {
    id,
    model: model.name,
    rule: rule.name,
    instance,
    ...{ metric, column, slice },
    version: window.version,
    ...wording,
    ...{ value, threshold, windowStart, windowEnd },
    summary: own ? renderSummary(own, variables(window, result, cause), otherwise) : otherwise,
    cause: cause && encode<unknown>(cause),
    evidence: encode<unknown>(evidence),
    activeAt: old?.activeAt ?? now,
    acknowledgedBy: old?.acknowledgedBy ?? null,
    acknowledgedAt: old?.acknowledgedAt ?? null,
    acknowledgedUntil: old?.acknowledgedUntil ?? null,
    assignee: old?.assignee ?? null,
    verdict: old?.verdict ?? null,
    cost,
    flapping: old?.flapping ?? 0,
  };
}

/** Whether the window is one that the alert is about, and not a later, better one. */
function isBad({ rule, judgement: { verdict } }: Evaluated): boolean {
  if (verdict === 'no_data') return rule.noData === 'alert';
  return verdict === 'breach' || (verdict === 'error' && rule.onError === 'alert');
}

/** What labels that are still to come can change is provisional; what they have changed is revised, and stays so. */
function certaintyOf(
  { windowEnd, final }: JudgedWindow,
  result: Evaluated,
  old: AlertRow | undefined,
): AlertRow['certainty'] {
  if (result.revised || old?.certainty === 'revised') return 'revised';
  // It is said of the window whose numbers the alert shows.
  if (old && (windowEnd < old.windowEnd || (windowEnd > old.windowEnd && !isBad(result)))) return old.certainty;
  const measurements = [result.measurement, ...result.conditions.map(({ measurement }) => measurement)];
  return measurements.some(awaitsLabels) && !final ? 'provisional' : 'confirmed';
}

const conditionOf = ({ measurement, judgement }: Evaluated['conditions'][number]): Evidence['conditions'][number] => {
  const { metric, column, slice } = measurement;
  const { value, threshold, verdict, why } = judgement;
  return { metric, column, slice, value, threshold, verdict, why };
};

/** "late labels changed roc_auc from 0.81 to 0.86"; null where nothing was changed. */
export function revisionText({ windowStart, windowEnd }: JudgedWindow, { revised, after }: Evaluated): string | null {
  if (!revised) return null;
  const { measurement, from, to } = revised;
  const said = (value: number | null) => (value === null ? 'no data' : formatValue(measurement.metric, value));
  const what = dependsOnLabels(measurement) ? 'late labels' : 'late data';
  const of = windowEnd < after.windowEnd ? ` of ${formatWindow(windowStart, windowEnd)}` : '';
  return `${what} changed ${nameMetric(measurement)}${of} from ${said(from)} to ${said(to)}`;
}

/** What a revised window is now: "still below 0.9". */
export function stillText({ judgement: { verdict, value, threshold }, measurement }: Evaluated): string {
  if (verdict !== 'breach') return 'the alert goes on';
  if (value === null || threshold === null) return 'still bad';
  return `still ${value < threshold ? 'below' : 'above'} ${formatValue(measurement.metric, threshold)}`;
}

/** "the window cost about 1,250 EUR". */
export function costText({ rule }: Evaluated, cost: number | null): string {
  const currency = typeof rule.severity === 'string' ? '' : rule.severity.cost.currency;
  return `the window cost about ${formatNumber(cost ?? 0)}${currency && ` ${currency}`}`;
}

function causeOf({ model, measurements }: JudgedWindow, { measurement, judgement }: Evaluated): Cause {
  const { value, threshold } = judgement;
  const worse = value !== null && threshold !== null && value < threshold ? 'lower' : 'higher';
  return findCause({ subject: measurement, measurements, columns: model.columns, worse });
}

function variables(
  { model, windowStart, windowEnd }: JudgedWindow,
  { rule, measurement, judgement }: Evaluated,
  cause: Cause | null,
) {
  const { metric, column, slice } = measurement;
  const { value, threshold } = judgement;
  return {
    ...{ rule: rule.name, model: model.name },
    ...{ metric, value, threshold, column, slice },
    window: formatWindow(windowStart, windowEnd),
    cause: cause?.summary ?? '',
  };
}

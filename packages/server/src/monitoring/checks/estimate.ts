import { calibrationFor } from '../../estimation/calibration.ts';
import { recordWithdrawal, withdrawalOf } from '../../estimation/decide-withdrawal.ts';
import { estimateWindow, methodOf } from '../../estimation/estimate-window.ts';
import { ESTIMATED_METRICS } from '../../estimation/metrics.ts';
import { realisedBinary, realisedClasses, realisedRegression } from '../../estimation/realised.ts';
import { ERROR, ESTIMATED, GAP, pastEstimates } from '../../estimation/record.ts';
import { labelledRows, withScores } from '../../warehouse/model-tables.ts';
import { instant, type Params } from '../../warehouse/warehouse.ts';
import type { Check, Finding, Scope } from '../check.ts';
import { readMeasurements } from '../measurements.ts';

/** What the metrics of performance will be once the labels are in, or why that can't be told. */
export const estimate: Check = {
  name: 'estimate',
  phase: 'closed',
  async measure(scope) {
    const { model, monitor, champion, baseline } = scope;
    const method = methodOf(model, monitor);
    if (!method) return [];
    const ids = metricsOf(scope);
    const { metrics, evidence, detail } = await estimateWindow(scope, method);
    const { records, gap } = await pastEstimates(scope, ids);
    const withdrawal = withdrawalOf({ ...evidence, gap });
    return ids.map((id): Finding => {
      const found = metrics[id];
      const record = records.get(id) ?? null;
      const common = {
        metric: ESTIMATED + id,
        n: found?.n ?? 0,
        reference: baseline[id] ?? null,
        detail: { method, version: champion, ...(record ? { record } : {}), ...(id === ids[0] ? detail : {}) },
      };
      const nothing = { value: null, lower: null, upper: null };
      const withdrawn = withdrawal ?? recordWithdrawal(record);
      if (withdrawn || !found) {
        // What would have been said is kept: the record goes on, and may get better again.
        const kept = found ? { estimate: found.value, lower: found.lower, upper: found.upper } : {};
        return {
          ...common,
          ...nothing,
          status: 'insufficient',
          reason: withdrawn ? `withdrawn: ${withdrawn.reason}` : 'not estimated for these rows',
          detail: { ...common.detail, ...kept, withdrawn: withdrawn?.code ?? 'not_estimated' },
        };
      }
      if (found.value === null) return { ...common, ...nothing, status: 'no_data', reason: found.reason ?? 'no_data' };
      const tooFew = found.n < monitor.minimumRows;
      return {
        ...common,
        value: found.value,
        lower: found.lower,
        upper: found.upper,
        status: tooFew ? 'insufficient' : 'ok',
        reason: tooFew ? `${found.n} rows, and the monitor wants ${monitor.minimumRows}` : (found.reason ?? ''),
      };
    });
  },
};

/** How right the estimates of the window were, now that its labels are in. */
export const estimateRecord: Check = {
  name: 'estimate',
  phase: 'mature',
  async measure(scope) {
    const { warehouse, model, monitor, champion, from, to } = scope;
    const method = methodOf(model, monitor);
    if (!method) return [];
    const ids = metricsOf(scope);
    const estimates = await readMeasurements(warehouse, {
      model: model.name,
      monitor: monitor.name,
      metrics: ids.map((id) => ESTIMATED + id),
      slice: '',
      from,
      to: from + 1,
    });
    const rows = labelledRows(model, "role = 'live' AND error = ''");
    const bound = { from: instant(from), to: instant(to), asOf: instant(scope.asOf) };
    const { realised, n, gap } = await realisedOf(scope, rows, bound);
    const findings = estimates.flatMap((measurement): Finding[] => {
      const id = measurement.metric.slice(ESTIMATED.length);
      const { version } = measurement.detail;
      const said = measurement.value === null ? measurement.detail : { ...measurement, estimate: measurement.value };
      const [value, shown] = [said['estimate'], realised[id]];
      if (typeof value !== 'number' || typeof shown !== 'number') return [];
      const [lower, upper] = [said['lower'] as number | null, said['upper'] as number | null];
      return [
        {
          metric: ERROR + id,
          value: value - shown,
          n,
          detail: { version, method, estimate: value, lower, upper, realised: shown, days: (to - from) / 86_400_000 },
          ...(n < monitor.minimumRows ? { status: 'insufficient', reason: `${n} labelled rows` } : {}),
        },
      ];
    });
    if (!gap) return findings;
    const few = gap.n < monitor.minimumRows;
    return [
      ...findings,
      {
        metric: GAP,
        value: gap.gap,
        n: gap.n,
        reference: gap.byChance,
        detail: { version: champion, ...gap },
        ...(few
          ? { status: 'insufficient', reason: `${gap.n} labelled rows, and the monitor wants ${monitor.minimumRows}` }
          : {}),
      },
    ];
  },
};

async function realisedOf(scope: Scope, rows: string, bound: Params) {
  const { warehouse, model } = scope;
  const { positive, scores = {} } = model.columns;
  if (model.task === 'regression') return { ...(await realisedRegression(warehouse, rows, bound)), gap: null };
  const calibrations = await calibrationFor(scope);
  return model.task === 'binary'
    ? realisedBinary(warehouse, rows, { ...bound, positive }, calibrations[0])
    : realisedClasses(warehouse, withScores(model, rows), bound, Object.keys(scores), calibrations);
}

function metricsOf({ model, monitor }: Scope): readonly string[] {
  const known: readonly string[] = ESTIMATED_METRICS[model.task];
  const { metrics } = monitor.estimate;
  return metrics ? known.filter((id) => metrics.includes(id)) : known;
}

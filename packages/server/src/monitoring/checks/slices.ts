import { sliceName } from '@leeway/stats';
import { labelledRows } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import type { Check, Finding } from '../check.ts';
import { lossSql } from '../loss.ts';
import { searchSlices } from '../slice-search.ts';
import { watchedColumns } from '../summaries.ts';

/** The slices of one and two columns in which the model does worst, found by themselves. */
export const slices: Check = {
  name: 'slices',
  phase: 'mature',
  async measure(scope) {
    const { warehouse, model, monitor, reference, from, to, asOf } = scope;
    if (!reference)
      return [{ metric: 'slices.found', value: null, n: 0, status: 'no_data', reason: 'there is no reference yet' }];
    const whole = reference.summaries.get('');
    const { columns: wanted, minimumRows, minimumShare, ratio } = monitor.worstSlices;
    const columns = watchedColumns(model).flatMap(({ name, expression }) => {
      const summary = whole?.get(name);
      const feature = model.columns.features[name] !== undefined && (!wanted || wanted.includes(name));
      return summary && feature ? [{ name, expression, reference: summary }] : [];
    });
    const found = await searchSlices(
      (sql, params) => warehouse.query(sql, params, 'check/slices'),
      {
        sql: labelledRows(model, "role = 'live' AND error = ''"),
        params: {
          ...{ from: instant(from), to: instant(to), asOf: instant(asOf) },
          positive: model.columns.positive,
        },
        loss: lossSql(model.task, model.columns.score !== undefined).sql,
      },
      columns,
      { minimumRows, minimumShare, minimumRatio: ratio },
    );
    const { reason, tested } = found;
    const findings: Finding[] = [
      {
        metric: 'slices.found',
        value: reason ? null : found.slices.length,
        n: tested,
        status: reason ? 'insufficient' : 'ok',
        reason: reason ?? '',
        detail: { slices: found.slices.map(sliceName) },
      },
    ];
    for (const { conditions, n, excess, loss, lower, upper, rest, ratio, adjustedPValue } of found.slices) {
      findings.push({
        metric: 'slices.excess',
        slice: sliceName({ conditions }),
        value: excess,
        n,
        detail: { conditions, loss, lower, upper, rest, ratio, adjusted_p_value: adjustedPValue },
      });
    }
    return findings;
  },
};

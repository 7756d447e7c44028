import type { ModelConfig } from '@leeway/contract';
import { type Checked, refuse, show, timeOf } from './validate.ts';

/** Makes the check of one point of a KPI: `{name, time, value}`. A value of null withdraws the point. */
export function kpiCheck(model: ModelConfig): (input: unknown, now: number) => Checked {
  const names = model.kpis.map(({ name }) => name);
  return (input, now) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return refuse('row_not_an_object', `got ${show(input)}`);
    const { name, time, value } = input as Record<string, unknown>;
    if (typeof name !== 'string' || !names.includes(name)) {
      const known = names.length === 0 ? 'none is declared' : `declared are ${names.join(', ')}`;
      return refuse('unknown_kpi', `${show(name)}; ${known}`);
    }
    const at = timeOf(time);
    if (at === undefined || at < 0) return refuse('invalid_time', `"time" holds ${show(time)}`);
    if (value !== null && !(typeof value === 'number' && Number.isFinite(value)))
      return refuse('wrong_type', `"value" holds ${show(value)}; expected a number, or null to withdraw it`);
    return { row: { name, time: at, value, received: now } };
  };
}

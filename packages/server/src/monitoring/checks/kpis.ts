import type { KpiConfig } from '@leeway/contract';
import type { Check, Finding, Scope } from '../check.ts';
import type { Span } from '../decide/windows.ts';

interface Aggregated {
  name: string;
  n: number;
  mean: number | null;
  sum: number | null;
  min: number | null;
  max: number | null;
  last: number | null;
}

/** Numbers of the business, brought to one a window; the reference is the same over the time of the model's reference. */
export const kpis: Check = {
  name: 'kpis',
  phase: 'closed',
  async measure(scope) {
    const { model, from, to, reference } = scope;
    if (model.kpis.length === 0) return [];
    const rows = await aggregate(scope, [{ start: from, end: to }]);
    const usual = reference ? await aggregate(scope, reference.spans) : [];
    const length = reference?.spans.reduce((sum, { start, end }) => sum + end - start, 0) ?? 0;
    return model.kpis.map((kpi): Finding => {
      const metric = `kpi.${kpi.name}`;
      const row = rows.find(({ name }) => name === kpi.name);
      const value = row?.[kpi.aggregate] ?? null;
      if (!row || row.n === 0 || value === null)
        return { metric, value: null, n: 0, status: 'no_data', reason: 'no point came in this window' };
      const before = usual.find(({ name }) => name === kpi.name);
      return { metric, value, n: row.n, reference: referenceOf(kpi, before, (to - from) / length) };
    });
  },
};

/** A mean stands as it is; a sum is brought to the length of the window. Of a smallest, largest or last there is no such thing. */
function referenceOf({ aggregate: by }: KpiConfig, usual: Aggregated | undefined, ofLength: number): number | null {
  if (!usual || usual.n === 0) return null;
  if (by === 'mean') return usual.mean;
  return by === 'sum' && usual.sum !== null && Number.isFinite(ofLength) ? usual.sum * ofLength : null;
}

async function aggregate({ warehouse, model }: Scope, spans: readonly Span[]): Promise<Aggregated[]> {
  return warehouse.query<Aggregated>(
    `SELECT name, count(value) AS n, avg(value) AS mean, sum(value) AS sum, min(value) AS min, max(value) AS max,
       argMaxOrNull(value, time) AS last
     FROM (SELECT * FROM kpis FINAL WHERE model = {model:String})
     WHERE arrayExists((a, b) -> toUnixTimestamp64Milli(time) >= a AND toUnixTimestamp64Milli(time) < b,
       {starts:Array(Int64)}, {ends:Array(Int64)}) GROUP BY name`,
    { model: model.name, starts: spans.map(({ start }) => start), ends: spans.map(({ end }) => end) },
    'check/kpis',
  );
}

import { type ColumnJudgement, type ColumnSummary, type DatasetJudgement, judgeDataset } from '@leeway/stats';
import { scoreOf } from '../monitoring/checks/drift.ts';
import type { ColumnRole, ComparedColumn } from './decide-columns.ts';
import type { Engine } from './engine.ts';
import type { exactResults } from './exact-results.ts';
import type { CheckOptions, Watcher } from './options.ts';
import { type planColumns, sliceRows, summarizeBy, type TypedTable } from './profile-columns.ts';
import type { CheckResult, ColumnResult, Drift } from './result.ts';

/** A column as `judgeDataset` wants it. */
export function comparison(
  column: string,
  { kind, name }: ComparedColumn,
  { reference, current }: { reference: ColumnSummary; current: ColumnSummary },
  { columns = {}, tests = ['auto'], direction, compatibility }: CheckOptions,
  results?: Awaited<ReturnType<typeof exactResults>>,
) {
  const { test, threshold } = columns[name] ?? {};
  return {
    column,
    kind,
    reference,
    current,
    test: test === undefined ? tests : [test].flat(),
    ...(threshold === undefined ? {} : { threshold }),
    ...(direction ? { direction } : {}),
    ...(compatibility ? { compatibility } : {}),
    ...(results ? { results } : {}),
  };
}

export const judgeOptions = ({ share = 0.5, correction = 'benjamini_hochberg' }: CheckOptions) => ({
  shareThreshold: share,
  correction,
});

/** A judgement as the result says it, the worst column first. */
export function driftOf(
  { verdict, share, threshold, judged, drifted, columns }: DatasetJudgement,
  compared: readonly ComparedColumn[],
  roles: ReadonlyMap<string, ColumnRole>,
): Drift {
  const kinds = new Map(compared.map(({ name, kind }) => [name, kind]));
  const results = columns.map((judgement) =>
    columnOf(judgement, kinds.get(judgement.column)!, roles.get(judgement.column)!),
  );
  results.sort((a, b) => Number(b.drifted ?? -1) - Number(a.drifted ?? -1) || (b.score ?? -1) - (a.score ?? -1));
  return { verdict, share, threshold, judged, drifted, columns: results };
}

function columnOf(
  judgement: ColumnJudgement & { column: string },
  type: ComparedColumn['kind'],
  role: ColumnRole,
): ColumnResult {
  const { column, test, statistic, pValue, adjustedPValue, effect, threshold, drifted, reason, results } = judgement;
  return {
    ...{ column, type, role, test, statistic, p_value: pValue, adjusted_p_value: adjustedPValue, effect, threshold },
    ...{ drifted, reason: reason ?? null, score: scoreOf(judgement) },
    results: results.map(({ test, statistic, pValue, reason }) => ({
      ...{ test, statistic, p_value: pValue, reason: reason ?? null },
    })),
  };
}

/** Drift within each value of a column; the p-values of all columns of all slices are corrected together. */
export async function compareSlices(
  engine: Engine,
  before: TypedTable,
  now: TypedTable,
  compared: readonly ComparedColumn[],
  plans: Awaited<ReturnType<typeof planColumns>>,
  options: CheckOptions,
  watch: Watcher,
): Promise<NonNullable<CheckResult['by']>['slices']> {
  const by = options.by!;
  const referenceRows = await sliceRows(engine, before, by);
  const values = [...referenceRows.keys()];
  const currentRows = await sliceRows(engine, now, by, values);
  const columns = compared.filter(({ name }) => name !== by);
  const counting = watch.step(`comparing columns by ${by}`, columns.length);
  const parts: { value: string; column: ComparedColumn; reference: ColumnSummary; current: ColumnSummary }[] = [];
  for (const column of columns) {
    const plan = plans.get(column.name)!;
    const [reference, current] = [
      await summarizeBy(engine, before, column.name, plan, { column: by, values }),
      await summarizeBy(engine, now, column.name, plan, { column: by, values }),
    ];
    for (const value of values) {
      const [a, b] = [reference.get(value), current.get(value)];
      if (a && b) parts.push({ value, column, reference: a, current: b });
    }
    counting.tick();
  }
  counting.done();
  const judged = judgeDataset(
    parts.map((part) => comparison(part.column.name, part.column, part, options)),
    judgeOptions(options),
  );
  const { share: threshold = 0.5 } = options;
  const roles = new Map(compared.map(({ name, role }) => [name, role]));
  return values.map((value) => {
    const own = judged.columns.filter((_, i) => parts[i]!.value === value);
    const known = own.filter(({ drifted }) => drifted !== null).length;
    const drifted = own.filter((column) => column.drifted).length;
    const share = known === 0 ? null : drifted / known;
    const verdict = share === null ? 'insufficient' : share >= threshold ? 'drift' : 'no_drift';
    return {
      value,
      reference: { rows: referenceRows.get(value) ?? 0 },
      current: { rows: currentRows.get(value) ?? 0 },
      drift: driftOf({ verdict, share, threshold, judged: known, drifted, columns: own }, compared, roles),
    };
  });
}

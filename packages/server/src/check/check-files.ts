import { LeewayError } from '@leeway/contract';
import {
  type ColumnJudgement,
  type ColumnSummary,
  type Correction,
  type DatasetJudgement,
  judgeDataset,
  type Task,
} from '@leeway/stats';
import { scoreOf } from '../monitoring/checks/drift.ts';
import type { ColumnsFile } from './columns-file.ts';
import { type ColumnRole, type ComparedColumn, decideColumns, requireColumn } from './decide-columns.ts';
import { Engine } from './engine.ts';
import { comparePerformance, type PerformanceResult, type SideResult } from './performance.ts';
import { probeFile } from './probe-file.ts';
import {
  duplicateRows,
  exactResults,
  planColumns,
  sliceRows,
  summarize,
  summarizeBy,
  type TypedTable,
  typeColumns,
} from './profile-columns.ts';
import { type ComparedSummaries, judgeQuality } from './quality.ts';
import type { CheckResult, ColumnResult, Drift } from './result.ts';
import { surveyFile, type Table } from './survey.ts';

export interface CheckOptions {
  reference: string;
  current: string;
  columns?: ColumnsFile;
  tests?: string[];
  label?: string | undefined;
  prediction?: string | undefined;
  score?: string | undefined;
  task?: Task | undefined;
  positive?: string | undefined;
  by?: string | undefined;
  exact?: boolean;
  share?: number;
  correction?: Correction;
}

/** Told of the steps of a check, for a progress bar. */
export interface Watcher {
  step(label: string, total?: number): { tick(steps?: number): void; done(): void };
}

/** What a check found, with the summaries that pictures are made of. */
export interface CheckedFiles {
  result: CheckResult;
  summaries: Map<string, { reference: ColumnSummary; current: ColumnSummary }>;
}

/** Compares two files. Nothing is left behind. */
export async function checkFiles(options: CheckOptions, watch: Watcher = silent): Promise<CheckedFiles> {
  const probes = [await probeFile(options.reference), await probeFile(options.current)] as const;
  const engine = await Engine.open();
  try {
    const looking = watch.step('reading columns', 2);
    const reference = await surveyFile(engine, await engine.add(probes[0]));
    looking.tick();
    const current = await surveyFile(engine, await engine.add(probes[1]));
    looking.done();
    for (const { rows, file } of [reference, current]) {
      if (rows === 0) throw new LeewayError('file_unreadable', `${file.path} has no rows`);
    }
    return await compare(engine, reference, current, options, watch);
  } finally {
    await engine.close();
  }
}

const silent: Watcher = { step: () => ({ tick() {}, done() {} }) };

async function compare(
  engine: Engine,
  reference: Table,
  current: Table,
  options: CheckOptions,
  watch: Watcher,
): Promise<CheckedFiles> {
  const { columns: overrides = {}, by, exact = false, correction = 'benjamini_hochberg' } = options;
  requireNamed(reference, current, options);
  const decision = decideColumns(reference.columns, current.columns, overrides, options);
  if (![...reference.columns.keys()].some((name) => current.columns.has(name))) {
    throw new LeewayError(
      'column_missing',
      `the files have no column in common: ${reference.file.path} has ${someOf(reference)}; ${current.file.path} has ${someOf(current)}`,
    );
  }
  const loading = watch.step('reading rows', 2);
  const before = await typeColumns(engine, reference, withRoles(decision.compared, reference, options));
  loading.tick();
  const now = await typeColumns(engine, current, withRoles(decision.compared, current, options));
  loading.done();

  const counting = watch.step('comparing columns', decision.compared.length);
  const plans = await planColumns(engine, { ...before, columns: decision.compared });
  const compared: (ComparedSummaries & { results?: Awaited<ReturnType<typeof exactResults>> })[] = [];
  for (const column of decision.compared) {
    const plan = plans.get(column.name)!;
    const summaries = {
      reference: await summarize(engine, before, column.name, plan),
      current: await summarize(engine, now, column.name, plan),
    };
    const results =
      exact && column.kind === 'numeric'
        ? { results: await exactResults(engine, { reference: before, current: now }, column.name, summaries) }
        : {};
    compared.push({ ...column, ...summaries, ...results });
    counting.tick();
  }
  counting.done();

  const judged = judgeDataset(
    compared.map((column) => comparison(column.name, column, column, options, column.results)),
    judgeOptions(options),
  );
  const roles = new Map(compared.map(({ name, role }) => [name, role]));
  const drift = { ...driftOf(judged, compared, roles), exact, correction, skipped: decision.skipped };

  const rest = watch.step('looking for repeated rows', 2);
  const duplicates = [];
  for (const side of [before, now]) {
    duplicates.push(await duplicateRows(engine, side));
    rest.tick();
  }
  rest.done();
  const quality = judgeQuality({
    decision,
    reference: { rows: reference.rows, columns: reference.columns, duplicates: duplicates[0]! },
    current: { rows: current.rows, columns: current.columns, duplicates: duplicates[1]! },
    summaries: compared,
    overrides,
    label: options.label,
  });
  const performance = await comparePerformance(engine, before, now, options);
  const slices =
    by === undefined ? undefined : await compareSlices(engine, before, now, decision.compared, plans, options, watch);

  const result: CheckResult = {
    schema: 'leeway/check/v1',
    ...verdictOf(drift, quality, performance),
    reference: fileOf(reference),
    current: fileOf(current),
    drift,
    ...(slices ? { by: { column: by!, slices } } : {}),
    quality,
    performance: performance ? performanceOf(performance) : { status: 'not_available', reason: 'no --label was given' },
    fairness: { status: 'not_available', reason: 'not in this version of leeway check' },
    estimated: { status: 'not_available', reason: 'not in this version of leeway check' },
    multivariate: { status: 'not_available', reason: 'not in this version of leeway check' },
  };
  return {
    result: tidyNumbers(result),
    summaries: new Map(compared.map(({ name, reference, current }) => [name, { reference, current }])),
  };
}

function requireNamed(
  reference: Table,
  current: Table,
  { label, prediction, score, by, columns = {} }: CheckOptions,
): void {
  const files = [reference, current].map(({ file: { path }, columns: own }) => ({ path, columns: own }));
  if (label !== undefined) {
    // Labels come late: it is enough that one of the files has them.
    if (!files.some((file) => file.columns.has(label))) requireColumn(label, '--label', files);
    if (prediction === undefined && score === undefined) {
      throw new LeewayError(
        'bad_option',
        `--label "${label}" needs --prediction or --score to be compared with; neither was given`,
      );
    }
  }
  if (prediction !== undefined) requireColumn(prediction, '--prediction', files);
  if (score !== undefined) requireColumn(score, '--score', files);
  if (by !== undefined) requireColumn(by, '--by', files);
  for (const name of Object.keys(columns)) {
    if (!files.some((file) => file.columns.has(name))) requireColumn(name, '--columns', files);
  }
}

const someOf = ({ columns }: Table) => [...columns.keys()].slice(0, 5).join(', ') + (columns.size > 5 ? ', …' : '');

/** Of a file, the columns that are compared and those that only it has but that have a role. */
function withRoles(compared: readonly ComparedColumn[], { columns }: Table, options: CheckOptions): ComparedColumn[] {
  const own = [...compared];
  const roles: [string | undefined, ColumnRole][] = [
    [options.label, 'label'],
    [options.prediction, 'prediction'],
    [options.score, 'score'],
    [options.by, 'feature'],
  ];
  for (const [name, role] of roles) {
    const survey = name === undefined ? undefined : columns.get(name);
    if (!survey || own.some((column) => column.name === name)) continue;
    const kind =
      survey.nature === 'number' || role === 'score'
        ? 'numeric'
        : survey.nature === 'boolean'
          ? 'boolean'
          : 'categorical';
    own.push({ name: survey.name, kind, role });
  }
  return own;
}

function comparison(
  column: string,
  { kind, name }: ComparedColumn,
  { reference, current }: { reference: ColumnSummary; current: ColumnSummary },
  { columns = {}, tests = ['auto'] }: CheckOptions,
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
    ...(results ? { results } : {}),
  };
}

const judgeOptions = ({ share = 0.5, correction = 'benjamini_hochberg' }: CheckOptions) => ({
  shareThreshold: share,
  correction,
});

function driftOf(
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
    results: results.map((result) => ({ test: result.test, statistic: result.statistic, p_value: result.pValue })),
  };
}

/** Drift within each value of a column; the p-values of all columns of all slices are corrected together. */
async function compareSlices(
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

/** The answer over all, and why. Pure. */
export function verdictOf(
  drift: Pick<Drift, 'verdict' | 'share' | 'threshold' | 'judged' | 'drifted'>,
  quality: CheckResult['quality'],
  performance: Pick<PerformanceResult, 'worse'> | null,
): Pick<CheckResult, 'verdict' | 'reasons'> {
  const findings = quality.filter(({ severity }) => severity === 'finding').length;
  const found: string[] = [];
  const columns = (n: number) => `${n} column${n === 1 ? '' : 's'}`;
  if (drift.verdict === 'drift') {
    found.push(`${drift.drifted} of ${columns(drift.judged)} drifted, at or above the share ${drift.threshold}`);
  }
  if (findings > 0) found.push(`${findings} finding${findings === 1 ? '' : 's'} of data quality`);
  if (performance && performance.worse.length > 0)
    found.push(`worse than in the reference: ${performance.worse.join(', ')}`);
  const drifted = `${drift.drifted} of ${columns(drift.judged)} drifted, below the share ${drift.threshold}`;
  const quiet = drift.drifted > 0 ? drifted : 'no column drifted';
  const rest = drift.verdict === 'no_drift' ? quiet : 'no column has enough rows on both sides to be judged for drift';
  if (found.length > 0) return { verdict: 'findings', reasons: drift.verdict === 'drift' ? found : [...found, rest] };
  return { verdict: drift.verdict === 'insufficient' ? 'insufficient' : 'ok', reasons: [rest] };
}

function fileOf({ file, rows, columns }: Table): CheckResult['reference'] {
  return { path: file.path, format: `${file.format}${file.gzip ? '.gz' : ''}`, rows, columns: columns.size };
}

function performanceOf({ reference, current, ...rest }: PerformanceResult): CheckResult['performance'] {
  const side = (result: SideResult) => {
    if (!('metrics' in result)) return { metrics: null, reason: result.reason };
    const metrics = Object.entries(result.metrics).map(([id, { reason, ...estimate }]) => [
      id,
      { ...estimate, reason: reason ?? null },
    ]);
    return { metrics: Object.fromEntries(metrics), reason: null };
  };
  return { ...rest, reference: side(reference), current: side(current) };
}

/** Ten digits: those after depend on the order in which threads add. */
function tidyNumbers<T>(value: T): T {
  if (typeof value === 'number') return (Number.isFinite(value) ? Number(value.toPrecision(10)) : null) as T;
  if (Array.isArray(value)) return value.map(tidyNumbers) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, tidyNumbers(member)])) as T;
}

import { LeewayError } from '@leeway/contract';
import { type ColumnSummary, judgeDataset } from '@leeway/stats';
import { type CountedFacts, countFacts } from '../constraints/count-facts.ts';
import { correlate, pairUp } from '../monitoring/checks/correlations.ts';
import type { ColumnsFile } from './columns-file.ts';
import { type ColumnRole, type ComparedColumn, decideColumns, requireColumn } from './decide-columns.ts';
import { compareSlices, comparison, driftOf, judgeOptions } from './drift.ts';
import { Engine } from './engine.ts';
import { exactResults } from './exact-results.ts';
import type { CheckOptions, Watcher } from './options.ts';
import { probeFile } from './probe-file.ts';
import { duplicateRows, planColumns, summarizeBoth, type TypedTable, typeColumns } from './profile-columns.ts';
import { type ComparedSummaries, judgeQuality } from './quality.ts';
import type { CheckResult, Drift } from './result.ts';
import type { CheckContext } from './section.ts';
import { type SectionId, sections } from './sections/index.ts';
import { surveyFile, type Table } from './survey.ts';

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
  const before = await typeColumns(
    engine,
    reference,
    withRoles(decision.compared, reference, options),
    decision.contents,
  );
  loading.tick();
  const now = await typeColumns(engine, current, withRoles(decision.compared, current, options), decision.contents);
  loading.done();

  const counting = watch.step('comparing columns', decision.compared.length);
  const plans = await planColumns(engine, { ...before, columns: decision.compared });
  const compared: (ComparedSummaries & { results?: Awaited<ReturnType<typeof exactResults>> })[] = [];
  for (const column of decision.compared) {
    const plan = plans.get(column.name)!;
    const summaries = await summarizeBoth(engine, { reference: before, current: now }, column.name, plan);
    const results =
      exact && column.kind === 'numeric'
        ? {
            results: await exactResults(engine, { reference: before, current: now }, column.name, summaries, {
              tests: comparison(column.name, column, summaries, options).test,
              ...(options.direction ? { direction: options.direction } : {}),
              ...(options.compatibility ? { compatibility: options.compatibility } : {}),
            }),
          }
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
  const beside = watch.step('comparing pairs of columns', 2);
  const correlations = [];
  for (const side of [before, now]) {
    correlations.push(await correlationsOf(engine, side, decision.compared));
    beside.tick();
  }
  beside.done();
  const quality = judgeQuality({
    decision,
    reference: {
      ...{ rows: reference.rows, columns: reference.columns, duplicates: duplicates[0]! },
      facts: await factsOf(engine, before, compared, 'reference', {}),
    },
    current: {
      ...{ rows: current.rows, columns: current.columns, duplicates: duplicates[1]! },
      facts: await factsOf(engine, now, compared, 'current', overrides),
    },
    correlations: pairUp(numericColumns(now, decision.compared), correlations[0]!, correlations[1]!),
    summaries: compared,
    overrides,
    label: options.label,
  });
  const answers = await measureSections({
    ...{ engine, reference: before, current: now, compared, contents: decision.contents, options, watch },
  });
  const slices =
    by === undefined ? undefined : await compareSlices(engine, before, now, decision.compared, plans, options, watch);

  const result: CheckResult = {
    schema: 'leeway/check/v1',
    ...verdictOf(drift, quality, answers.findings),
    reference: fileOf(reference),
    current: fileOf(current),
    drift,
    ...(slices ? { by: { column: by!, slices } } : {}),
    quality,
    ...answers.sections,
  };
  return {
    result: {
      ...tidyNumbers(result, 10),
      // Counted without sums over threads but for a few, and promised to agree with other libraries within 1e-12.
      performance: tidyNumbers(result.performance, 12),
      fairness: tidyNumbers(result.fairness, 12),
    },
    summaries: new Map(compared.map(({ name, reference, current }) => [name, { reference, current }])),
  };
}

const numericColumns = (side: TypedTable, compared: readonly ComparedColumn[]) =>
  compared
    .filter(({ kind, role }) => kind === 'numeric' && role === 'feature')
    .map(({ name }) => ({ name, expression: side.value(name) }));

const correlationsOf = (engine: Engine, side: TypedTable, compared: readonly ComparedColumn[]) =>
  correlate(
    engine.warehouse,
    { sql: `${side.sql} ${side.settings}`, params: {}, rows: side.table.rows, key: side.rowNumber },
    numericColumns(side, compared),
  );

/** What is declared of columns, and whether the gaps of numbers are infinite values. */
function factsOf(
  engine: Engine,
  typed: TypedTable,
  compared: readonly ComparedSummaries[],
  side: 'reference' | 'current',
  overrides: ColumnsFile,
): Promise<Map<string, CountedFacts>> {
  const gaps = new Set(
    compared
      .filter((column) => column.kind === 'numeric' && column.current.missing > 0 && column[side].count > 0)
      .map(({ name }) => name),
  );
  const wanted = typed.columns.flatMap(({ name, kind }) => {
    const { pattern, unique, min, max } = overrides[name] ?? {};
    const limits = kind === 'numeric' && (min ?? max) !== undefined ? { min, max } : undefined;
    if (!gaps.has(name) && pattern === undefined && !unique && !limits) return [];
    return [{ name, infinite: gaps.has(name), limits, pattern, distinct: unique === true }];
  });
  return countFacts(engine, typed, wanted);
}

async function measureSections(context: CheckContext) {
  const measured: [SectionId, object][] = [];
  const findings: string[] = [];
  for (const [id, section] of sections) {
    const answer = await section.measure(context);
    measured.push([id, answer]);
    if (!('status' in answer)) findings.push(...section.findings(answer));
  }
  return { sections: Object.fromEntries(measured) as Pick<CheckResult, SectionId>, findings };
}

function requireNamed(
  reference: Table,
  current: Table,
  { label, prediction, score, scores = {}, by, columns = {} }: CheckOptions,
): void {
  const files = [reference, current].map(({ file: { path }, columns: own }) => ({ path, columns: own }));
  if (label !== undefined) {
    // Labels come late: it is enough that one of the files has them.
    if (!files.some((file) => file.columns.has(label))) requireColumn(label, '--label', files);
    if (prediction === undefined && score === undefined && Object.keys(scores).length === 0) {
      throw new LeewayError(
        'bad_option',
        `--label "${label}" needs --prediction or --score (of several classes --scores) to be compared with; none was given`,
      );
    }
  }
  if (prediction !== undefined) requireColumn(prediction, '--prediction', files);
  if (score !== undefined) requireColumn(score, '--score', files);
  for (const name of Object.values(scores)) requireColumn(name, '--scores', files);
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
    ...Object.values(options.scores ?? {}).map((name): [string, ColumnRole] => [name, 'score']),
    [options.by, 'feature'],
    [options.weight, 'feature'],
    ...[...(options.protected ?? []), ...(options.intersections ?? []).flat()].map((name): [string, ColumnRole] => [
      name,
      'feature',
    ]),
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
  // A key is not compared, but may be promised to be one.
  for (const [name, { type, pattern, unique }] of Object.entries(options.columns ?? {})) {
    if (type === 'skip' || !columns.has(name) || own.some((column) => column.name === name)) continue;
    if (pattern !== undefined || unique) own.push({ name, kind: 'categorical', role: 'feature' });
  }
  return own;
}

/** The answer over all, and why. Pure. */
export function verdictOf(
  drift: Pick<Drift, 'verdict' | 'share' | 'threshold' | 'judged' | 'drifted'>,
  quality: CheckResult['quality'],
  others: readonly string[],
): Pick<CheckResult, 'verdict' | 'reasons'> {
  const findings = quality.filter(({ severity }) => severity === 'finding').length;
  const found: string[] = [];
  const columns = (n: number) => `${n} column${n === 1 ? '' : 's'}`;
  if (drift.verdict === 'drift') {
    found.push(`${drift.drifted} of ${columns(drift.judged)} drifted, at or above the share ${drift.threshold}`);
  }
  if (findings > 0) found.push(`${findings} finding${findings === 1 ? '' : 's'} of data quality`);
  found.push(...others);
  const drifted = `${drift.drifted} of ${columns(drift.judged)} drifted, below the share ${drift.threshold}`;
  const quiet = drift.drifted > 0 ? drifted : 'no column drifted';
  const rest = drift.verdict === 'no_drift' ? quiet : 'no column has enough rows on both sides to be judged for drift';
  if (found.length > 0) return { verdict: 'findings', reasons: drift.verdict === 'drift' ? found : [...found, rest] };
  return { verdict: drift.verdict === 'insufficient' ? 'insufficient' : 'ok', reasons: [rest] };
}

function fileOf({ file, rows, columns }: Table): CheckResult['reference'] {
  return { path: file.path, format: `${file.format}${file.gzip ? '.gz' : ''}`, rows, columns: columns.size };
}

/** So many digits: those after depend on the order in which threads add. */
function tidyNumbers<T>(value: T, digits: number): T {
  if (typeof value === 'number') return (Number.isFinite(value) ? Number(value.toPrecision(digits)) : null) as T;
  if (Array.isArray(value)) return value.map((member) => tidyNumbers(member, digits)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, tidyNumbers(member, digits)])) as T;
}

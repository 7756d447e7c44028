import type { ColumnKind, ColumnSummary } from '@leeway/stats';
import type { Engine } from '../check/engine.ts';
import { summarize, type TypedTable } from '../check/profile-columns.ts';
import { baselineCells, baselineValues, categoricalDrift, numericDrift } from './baseline.ts';
import { type CurrentColumn, judgeConstraints } from './judge-constraints.ts';
import type { FileProfile, ProfiledColumn, ProfileWishes } from './profile-file.ts';
import type { ConstraintsFile, StatisticsFile, Violation } from './sagemaker-files.ts';

/** What the file is to be compared with for `baseline_drift_check`. */
export interface Baseline {
  statistics?: StatisticsFile | undefined;
  /** Of a reference file: columns of both sides, counted alike. Statistics go first. */
  summaries?: ReadonlyMap<string, { reference: ColumnSummary; current: ColumnSummary }>;
}

/** How the constraints want the columns to be read. */
export function wishesOf({ features }: ConstraintsFile): ProfileWishes {
  const kinds = features.flatMap(({ name, inferred_type: type }): [string, ColumnKind][] =>
    type === 'Unknown' ? [] : [[name, type === 'String' ? 'categorical' : 'numeric']],
  );
  const domains = features.flatMap(({ name, string_constraints: limits }): [string, string[]][] =>
    limits?.domains && limits.domains.length > 0 ? [[name, limits.domains]] : [],
  );
  return { kinds: new Map(kinds), domains: new Map(domains) };
}

/** Judges a profile, made with `wishesOf` the same constraints, by constraints and a baseline. */
export async function evaluateConstraints(
  constraints: ConstraintsFile,
  { statistics, summaries }: Baseline,
  profile: FileProfile,
  engine: Engine,
  typed: TypedTable,
): Promise<Violation[]> {
  const asked = new Map(constraints.features.map((feature) => [feature.name, feature]));
  const known = new Map(statistics?.features.map((feature) => [feature.name, feature]));
  const columns = new Map<string, CurrentColumn>();
  for (const column of profile.columns) {
    const feature = asked.get(column.name);
    const config = { ...constraints.monitoring_config, ...feature?.monitoringConfigOverrides };
    const drift = feature && (await driftOf(column));
    columns.set(column.name, { ...countsOf(column), drift });

    async function driftOf({ name, summary }: ProfiledColumn): Promise<CurrentColumn['drift']> {
      const baseline = known.get(name);
      if (baseline && summary?.kind === 'numeric') {
        const cells = baselineCells(baseline);
        if (!cells) return undefined;
        const plan = { kind: 'numeric', expression: 'value', edges: cells.edges, shift: 0 } as const;
        const counted = await summarize(engine, typed, name, plan);
        return counted.kind === 'numeric' ? numericDrift(cells.counts, counted.bins, config) : undefined;
      }
      if (baseline && summary) {
        const values = summary.kind === 'numeric' ? null : baselineValues(baseline);
        return values && summary.kind !== 'numeric' ? categoricalDrift(values, summary, config) : undefined;
      }
      const pair = statistics ? undefined : summaries?.get(name);
      if (!pair) return undefined;
      const { reference, current } = pair;
      if (reference.kind === 'numeric' && current.kind === 'numeric')
        return numericDrift(reference.bins, current.bins, config);
      if (reference.kind === 'numeric' || current.kind === 'numeric') return undefined;
      const values = new Map(reference.values);
      return categoricalDrift(values, current, config);
    }
  }
  return judgeConstraints(constraints, columns);
}

function countsOf({ summary, survey, facts, nature }: ProfiledColumn): CurrentColumn {
  const rows = survey.rows;
  // Text that was to be numbers: how many values there are is known from the text.
  const unread = summary?.kind === 'numeric' && nature !== 'number' && nature !== 'boolean';
  const present = !summary || unread || survey.numbers > 0 ? survey.present : summary.count + (facts?.infinite ?? 0);
  const numbers = facts?.infinite === null ? 0 : (facts?.present ?? 0);
  return {
    ...{ rows, present, numbers, whole: facts?.whole ?? 0, negative: facts?.negative ?? 0 },
    inDomain: facts?.listed ?? undefined,
  };
}

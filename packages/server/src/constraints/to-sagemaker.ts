import { type ColumnConstraints, mean, type NumericSummary, quantile, standardDeviation } from '@leeway/stats';
import type { FileProfile, ProfiledColumn } from './profile-file.ts';
import type { ConstraintsFile, InferredType, StatisticsFile } from './sagemaker-files.ts';

type Feature = StatisticsFile['features'][number];

/** What SageMaker would take the values of a column for. */
export function inferredType({ summary, facts, survey }: ProfiledColumn): InferredType {
  if (survey.present === 0) return 'Unknown';
  if (summary?.kind !== 'numeric') return 'String';
  return facts?.whole === facts?.present ? 'Integral' : 'Fractional';
}

/** A profile as statistics.json. */
export function toStatistics(profile: FileProfile): StatisticsFile {
  return {
    version: 0,
    dataset: { item_count: profile.rows },
    features: profile.columns.map((column): Feature => {
      const { name, summary, survey } = column;
      const type = { name, inferred_type: inferredType(column) };
      if (summary?.kind === 'numeric')
        return { ...type, numerical_statistics: numericStatistics(summary, column.buckets) };
      const present = summary ? summary.count : survey.present;
      const common = { num_present: present, num_missing: profile.rows - present };
      if (!summary) return { ...type, string_statistics: { common } };
      const buckets = summary.values.map(([value, count]) => ({ value, count }));
      const distinct_count = column.facts?.distinct ?? summary.distinct;
      return {
        ...type,
        string_statistics: { common, distinct_count, distribution: { categorical: { buckets } } },
      };
    }),
  };
}

function numericStatistics(
  summary: NumericSummary,
  buckets: readonly number[] | null,
): NonNullable<Feature['numerical_statistics']> {
  const { count, missing, min, max, sum } = summary;
  const common = { num_present: count, num_missing: missing };
  if (min === null || max === null || !buckets) return { common };
  const bound = (i: number) => min * (1 - i / buckets.length) + max * (i / buckets.length);
  const moments = { mean: mean(summary), sum, std_dev: standardDeviation(summary), min, max };
  const known = Object.entries(moments).filter(([, value]) => value !== null && Number.isFinite(value));
  const ends = buckets.map((n, i) => ({ lower_bound: bound(i), upper_bound: bound(i + 1), count: n }));
  return {
    common,
    ...(Object.fromEntries(known) as { min: number; max: number }),
    distribution: { kll: { buckets: ends, sketch: sketchOf(summary) } },
  };
}

/** The accuracy that the sketch of Model Monitor is made with. */
const KLL = { c: 0.64, k: 2048 };
/** Values in the sketch that is written: as many as the profile has quantiles to tell. */
const SKETCHED = 256;

/**
 * The distribution in the form of a KLL sketch: a value of level i stands for 2^i values. Quantiles of the profile stand at the
 * level at which at most 256 of them hold all values; what is left over stands at the levels below, at the median.
 */
function sketchOf(summary: NumericSummary) {
  const { count } = summary;
  const level = Math.max(0, Math.ceil(Math.log2(count / SKETCHED)));
  const items = Math.floor(count / 2 ** level);
  const rest = count - items * 2 ** level;
  const data = Array.from({ length: level + 1 }, (_, i) => {
    if (i < level) return Math.floor(rest / 2 ** i) % 2 === 1 ? [quantile(summary, 0.5)!] : [];
    return Array.from({ length: items }, (_, j) => quantile(summary, (j + 0.5) / items)!);
  });
  return { parameters: KLL, data };
}

/** Suggested constraints as constraints.json. Ranges, patterns and keys have no place in it. */
export function toConstraints(profile: FileProfile, suggested: readonly ColumnConstraints[]): ConstraintsFile {
  const asked = new Map(suggested.map((column) => [column.name, column]));
  return {
    version: 0,
    features: profile.columns.map((column) => {
      const { missing, min, values } = asked.get(column.name) ?? {};
      const type = inferredType(column);
      // Rounded down, so that the file that it was made from keeps it.
      const completeness = Math.floor((1 - (missing ?? 1)) * 1e4) / 1e4;
      return {
        ...{ name: column.name, inferred_type: type, completeness },
        ...(type === 'Integral' || type === 'Fractional'
          ? { num_constraints: { is_non_negative: min !== undefined && min >= 0 } }
          : {}),
        ...(values ? { string_constraints: { domains: values } } : {}),
      };
    }),
    monitoring_config: {
      ...{ evaluate_constraints: 'Enabled', emit_metrics: 'Enabled' },
      ...{ datatype_check_threshold: 1, domain_content_threshold: 1 },
      distribution_constraints: {
        ...{ perform_comparison: 'Enabled', comparison_threshold: 0.1, comparison_method: 'Robust' },
        ...{ categorical_comparison_threshold: 0.1, categorical_drift_method: 'LInfinity' },
      },
    },
  };
}

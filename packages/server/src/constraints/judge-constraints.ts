import type { ConstraintsFile, MonitoringConfig, Violation } from './sagemaker-files.ts';

/** What of a file constraints are about. */
export interface CurrentColumn {
  rows: number;
  present: number;
  /** Values that can be read as numbers; of those, whole and negative ones. */
  numbers: number;
  whole: number;
  negative: number;
  /** Values that are in the domain, where one is declared. */
  inDomain?: number | undefined;
  /** Distance from the baseline, by the method that the constraints name; p-value of the chi-squared test where that is asked. */
  drift?: { distance: number | null; categorical?: boolean } | { pValue: number | null } | undefined;
}

/** Everything that breaks the constraints, in the order of the features. Pure. */
export function judgeConstraints(
  { features, monitoring_config: whole = {} }: ConstraintsFile,
  columns: ReadonlyMap<string, CurrentColumn>,
): Violation[] {
  if (whole.evaluate_constraints === 'Disabled') return [];
  const wanted = new Set(features.map(({ name }) => name));
  const extra = [...columns.keys()].filter((name) => !wanted.has(name));
  return [
    ...features.flatMap((feature): Violation[] => {
      const config = { ...whole, ...feature.monitoringConfigOverrides };
      if (config.evaluate_constraints === 'Disabled') return [];
      const column = columns.get(feature.name);
      const violation = (type: Violation['constraint_check_type'], description: string): Violation => ({
        ...{ feature_name: feature.name, constraint_check_type: type, description },
      });
      if (!column) return [violation('missing_column_check', 'The data set does not have this column.')];
      return [
        ...completeness(column, feature.completeness).map((text) => violation('completeness_check', text)),
        ...dataType(column, feature, config).map((text) => violation('data_type_check', text)),
        ...domain(column, config).map((text) => violation('categorical_values_check', text)),
        ...drifted(column, config).map((text) => violation('baseline_drift_check', text)),
      ];
    }),
    ...extra.map((name): Violation => {
      const description = 'The constraints do not have this column.';
      return { feature_name: name, constraint_check_type: 'extra_column_check', description };
    }),
  ];
}

type Feature = ConstraintsFile['features'][number];

function completeness({ rows, present }: CurrentColumn, least = 0): string[] {
  if (rows === 0 || present / rows >= least) return [];
  return [`${percent(present / rows)} of the rows have a value; ${percent(least)} are required.`];
}

/** A threshold of 1, which Model Monitor's own baseline writes, wants every value to be of the type. */
function dataType(
  { present, numbers, whole, negative }: CurrentColumn,
  { inferred_type: type, num_constraints: limits }: Feature,
  { datatype_check_threshold: threshold = 1 }: MonitoringConfig,
): string[] {
  if (present === 0) return [];
  const found: string[] = [];
  // Any value is a text, and whole numbers are fractions too.
  const fitting = type === 'Integral' ? whole : type === 'Fractional' ? numbers : present;
  if (fitting / present < threshold)
    found.push(`${percent(fitting / present)} of the values are ${type}; ${percent(threshold)} are required.`);
  if (limits?.is_non_negative && negative > 0) found.push(`${negative} of ${present} values are negative.`);
  return found;
}

function domain(
  { present, inDomain }: CurrentColumn,
  { domain_content_threshold: threshold = 1 }: MonitoringConfig,
): string[] {
  if (inDomain === undefined || present === 0 || inDomain / present >= threshold) return [];
  return [`${percent(inDomain / present)} of the values are in the domain; ${percent(threshold)} are required.`];
}

function drifted({ drift }: CurrentColumn, { distribution_constraints: config = {} }: MonitoringConfig): string[] {
  if (!drift || config.perform_comparison === 'Disabled') return [];
  const { comparison_threshold: threshold = 0.1, categorical_comparison_threshold: categorical = threshold } = config;
  if ('pValue' in drift) {
    if (drift.pValue === null || drift.pValue >= categorical) return [];
    return [`The p-value of the chi-squared test, ${round(drift.pValue)}, is below the threshold ${categorical}.`];
  }
  const limit = drift.categorical ? categorical : threshold;
  if (drift.distance === null || drift.distance <= limit) return [];
  return [`The distance from the baseline, ${round(drift.distance)}, exceeds the threshold ${limit}.`];
}

const round = (x: number): number => Number(x.toPrecision(4));
/** All digits that tell a share from its limit. */
const percent = (share: number): string => `${Number((share * 100).toPrecision(8))}%`;

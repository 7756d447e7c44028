import { readFile } from 'node:fs/promises';
import { LeewayError } from '@leeway/contract';
import { z } from 'zod';

/**
 * The files of SageMaker Model Monitor, by their published description (Amazon SageMaker developer guide: schema for
 * constraints, statistics and violations). What Leeway writes keeps to these schemas strictly. What it reads may have more:
 * containers of other people add keys of their own, and numbers that could not be had are sometimes the text "NaN".
 */

const strict = z.strictObject;
const Enabled = z.enum(['Enabled', 'Disabled']);
const InferredType = z.enum(['Integral', 'Fractional', 'String', 'Unknown']);
export type InferredType = z.infer<typeof InferredType>;

const DistributionConstraints = strict({
  perform_comparison: Enabled.optional(),
  comparison_threshold: z.number().min(0).optional(),
  comparison_method: z.enum(['Simple', 'Robust']).optional(),
  categorical_comparison_threshold: z.number().min(0).optional(),
  categorical_drift_method: z.enum(['LInfinity', 'ChiSquared']).optional(),
});

const MonitoringConfig = strict({
  evaluate_constraints: Enabled.optional(),
  emit_metrics: Enabled.optional(),
  datatype_check_threshold: z.number().min(0).max(1).optional(),
  domain_content_threshold: z.number().min(0).max(1).optional(),
  distribution_constraints: DistributionConstraints.optional(),
});
export type MonitoringConfig = z.infer<typeof MonitoringConfig>;

export const ConstraintsFile = strict({
  version: z.number(),
  features: z.array(
    strict({
      name: z.string(),
      inferred_type: InferredType,
      completeness: z.number().min(0).max(1).optional(),
      num_constraints: strict({ is_non_negative: z.boolean().optional() }).optional(),
      string_constraints: strict({ domains: z.array(z.string()).optional() }).optional(),
      monitoringConfigOverrides: MonitoringConfig.optional(),
    }),
  ),
  monitoring_config: MonitoringConfig.optional(),
});
export type ConstraintsFile = z.infer<typeof ConstraintsFile>;

const Common = strict({ num_present: z.number().min(0), num_missing: z.number().min(0) });
const Kll = strict({
  buckets: z.array(strict({ lower_bound: z.number(), upper_bound: z.number(), count: z.number().min(0) })),
  sketch: strict({
    parameters: strict({ c: z.number(), k: z.number() }),
    data: z.array(z.array(z.number())),
  }).optional(),
});

export const StatisticsFile = strict({
  version: z.number(),
  dataset: strict({ item_count: z.number().min(0) }),
  features: z.array(
    strict({
      name: z.string(),
      inferred_type: InferredType,
      numerical_statistics: strict({
        common: Common,
        mean: z.number().optional(),
        sum: z.number().optional(),
        std_dev: z.number().optional(),
        min: z.number().optional(),
        max: z.number().optional(),
        distribution: strict({ kll: Kll }).optional(),
      }).optional(),
      string_statistics: strict({
        common: Common,
        distinct_count: z.number().min(0).optional(),
        distribution: strict({
          categorical: strict({ buckets: z.array(strict({ value: z.string(), count: z.number().min(0) })) }),
        }).optional(),
      }).optional(),
    }),
  ),
});
export type StatisticsFile = z.infer<typeof StatisticsFile>;

export const ViolationsFile = strict({
  violations: z.array(
    strict({
      feature_name: z.string(),
      constraint_check_type: z.enum([
        'data_type_check',
        'completeness_check',
        'baseline_drift_check',
        'missing_column_check',
        'extra_column_check',
        'categorical_values_check',
      ]),
      description: z.string(),
    }),
  ),
});
export type Violation = z.infer<typeof ViolationsFile>['violations'][number];

/** Reads a constraints.json. @throws LeewayError that names the file and the key. */
export const readConstraints = (path: string): Promise<ConstraintsFile> =>
  readAs(path, ConstraintsFile, 'constraints.json');

/** Reads a statistics.json. @throws LeewayError that names the file and the key. */
export const readStatistics = (path: string): Promise<StatisticsFile> =>
  readAs(path, StatisticsFile, 'statistics.json');

async function readAs<T>(path: string, schema: z.ZodType<T>, what: string): Promise<T> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? error.message);
    throw new LeewayError('file_unreadable', `${path}: ${why}`, { cause: error });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LeewayError('file_unreadable', `${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return parseAs(value, schema, `${path} is no ${what}`);
}

/** The parts that the schema knows of; what it does not know is left out. */
function parseAs<T>(value: unknown, schema: z.ZodType<T>, complaint: string): T {
  const parsed = schema.safeParse(withKnownKeys(value, schema));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LeewayError('file_unreadable', `${complaint}: ${issue!.path.join('.') || 'the whole'}: ${issue!.message}`);
}

/** The SDK writes overrides of a feature under another name than the description; older ones inside of `string_constraints`. */
function withOverrides(value: unknown): unknown {
  const file = value as { features?: unknown };
  if (typeof value !== 'object' || value === null || !Array.isArray(file.features)) return value;
  const features = file.features.map((feature: unknown) => {
    if (typeof feature !== 'object' || feature === null) return feature;
    const own = feature as Record<string, Record<string, unknown> | undefined>;
    const given = own['string_constraints']?.['monitoring_config_overrides'] ?? own['monitoring_config_overrides'];
    return given === undefined ? feature : { monitoringConfigOverrides: given, ...feature };
  });
  return { ...file, features };
}

/** Takes out keys that the schema has not, over and over, and numbers that are no numbers. */
function withKnownKeys(value: unknown, schema: z.ZodType): unknown {
  const tidy = structuredClone(withOverrides(value));
  for (let round = 0; round < 100; round++) {
    const unknown = schema.safeParse(tidy).error?.issues.filter(({ code }) => code === 'unrecognized_keys') ?? [];
    if (unknown.length === 0) break;
    for (const issue of unknown) {
      if (issue.code !== 'unrecognized_keys') continue;
      const owner = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], tidy);
      for (const key of issue.keys) delete (owner as Record<string, unknown>)[key];
    }
  }
  return withoutNaN(tidy);
}

function withoutNaN(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNaN);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([key, member]) => {
    return !(
      NUMBERS.has(key) &&
      (member === 'NaN' || member === 'Infinity' || member === '-Infinity' || member === null)
    );
  });
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNaN(member)]));
}

const NUMBERS = new Set(['mean', 'sum', 'std_dev', 'min', 'max', 'completeness']);

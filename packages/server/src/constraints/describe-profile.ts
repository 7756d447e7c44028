import { type ColumnConstraints, mean, quantile, standardDeviation, textFormats } from '@leeway/stats';
import type { FileProfile, ProfiledColumn } from './profile-file.ts';
import type { Violation } from './sagemaker-files.ts';

/** The JSON of `leeway profile --json`. Strict: a number that cannot be had is null. */
export interface ProfileDocument {
  schema: 'leeway/profile/v1';
  file: { path: string; format: string; rows: number; columns: number };
  /** Rows that repeat an earlier one in every column. */
  duplicates: number;
  columns: DescribedColumn[];
  suggested: readonly ColumnConstraints[];
  /** Only where the file was held against constraints. */
  violations?: readonly Violation[];
}

interface DescribedColumn {
  column: string;
  type: string;
  /** Why a check does not compare it by itself. */
  skipped: string | null;
  present: number;
  missing: number;
  missing_share: number;
  distinct: number | null;
  min: number | null;
  max: number | null;
  mean: number | null;
  standard_deviation: number | null;
  /** 5 %, 25 %, 50 %, 75 % and 95 %, exact to the width of a bin. */
  quantiles: (number | null)[];
  whole: number | null;
  negative: number | null;
  infinite: number | null;
  /** Format that every value has, of text. */
  format: string | null;
  top: { value: string; count: number }[];
  buckets: number[] | null;
}

const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];
const MOST_TOP = 10;

export function describeProfile(
  profile: FileProfile,
  suggested: readonly ColumnConstraints[],
  violations?: readonly Violation[],
): ProfileDocument {
  const { path, format, rows, duplicates, columns } = profile;
  return {
    schema: 'leeway/profile/v1',
    file: { path, format, rows, columns: columns.length },
    duplicates,
    columns: columns.map((column) => describeColumn(column, rows)),
    suggested,
    ...(violations ? { violations } : {}),
  };
}

function describeColumn(
  { name, nature, skipped, survey, summary, facts, buckets }: ProfiledColumn,
  rows: number,
): DescribedColumn {
  const numeric = summary?.kind === 'numeric' ? summary : null;
  const listed = summary && summary.kind !== 'numeric' ? summary : null;
  const present = summary ? summary.count : survey.present;
  const { whole = null, negative = null, infinite = null, distinct = null, formats = null } = facts ?? {};
  const ten = (x: number | null) => (x !== null && Number.isFinite(x) ? Number(x.toPrecision(10)) : null);
  return {
    ...{
      column: name,
      type: nature,
      skipped,
      present,
      missing: rows - present,
      missing_share: (rows - present) / rows,
    },
    ...{ distinct: distinct ?? listed?.distinct ?? null, min: numeric?.min ?? null, max: numeric?.max ?? null },
    ...{ mean: numeric && ten(mean(numeric)), standard_deviation: numeric && ten(standardDeviation(numeric)) },
    quantiles: numeric ? LEVELS.map((level) => ten(quantile(numeric, level))) : [],
    ...{ whole, negative, infinite },
    format: (present > 0 && formats && textFormats.find(({ id }) => formats[id] === present)?.id) || null,
    top: (listed?.values ?? []).slice(0, MOST_TOP).map(([value, count]) => ({ value, count })),
    buckets,
  };
}

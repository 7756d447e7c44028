import { corrections } from '@leeway/stats';
import { z } from 'zod';
import { Absent, type Section } from './section.ts';
import { SECTIONS, type SectionId } from './sections/index.ts';

/** The JSON of `leeway check --json`. Strict: no NaN, no Infinity; a number that cannot be had is null beside a reason. */

const number = z.number().nullable();

const ColumnResult = z.object({
  column: z.string(),
  type: z.enum(['numeric', 'categorical', 'boolean']),
  role: z.enum(['feature', 'prediction', 'score', 'label']),
  test: z.string().describe('The test that decides.'),
  statistic: number,
  p_value: number,
  adjusted_p_value: number.describe('Corrected over all columns.'),
  effect: number,
  threshold: z.number(),
  drifted: z.boolean().nullable().describe('null: it could not be judged, see reason.'),
  reason: z.string().nullable(),
  score: number.describe('Effect over its limit; 1 or more where the column drifted. Columns are sorted by it.'),
  results: z.array(z.object({ test: z.string(), statistic: number, p_value: number, reason: z.string().nullable() })),
});
export type ColumnResult = z.infer<typeof ColumnResult>;

const Drift = z.object({
  verdict: z.enum(['drift', 'no_drift', 'insufficient']),
  share: number.describe('Drifted columns among those that could be judged.'),
  threshold: z.number(),
  judged: z.int(),
  drifted: z.int(),
  columns: z.array(ColumnResult),
});
export type Drift = z.infer<typeof Drift>;

const Finding = z.object({
  check: z.enum([
    'missing_column',
    'extra_column',
    'type_changed',
    'wrong_type',
    'missing_share',
    'range',
    'new_categories',
    'lost_categories',
    'constant',
    'duplicates',
    'rows',
    'pattern',
    'not_unique',
    'not_finite',
    'correlation',
  ]),
  column: z.string().nullable(),
  severity: z.enum(['finding', 'note']).describe('Notes do not change the verdict.'),
  basis: z
    .enum(['declared', 'inferred'])
    .describe('Whether somebody has declared it, or only the reference suggests it.'),
  reference: number,
  current: number,
  message: z.string(),
});

const File = z.object({ path: z.string(), format: z.string(), rows: z.int(), columns: z.int() });

export const CheckResult = z.object({
  schema: z.literal('leeway/check/v1'),
  verdict: z.enum(['ok', 'findings', 'insufficient']),
  reasons: z.array(z.string()).describe('Why the verdict is what it is, in words.'),
  reference: File,
  current: File,
  drift: Drift.extend({
    exact: z
      .boolean()
      .describe('Tests of order and distance over all rows, instead of over at most 100 bins and a few.'),
    correction: z.enum(corrections),
    skipped: z.array(z.object({ column: z.string(), reason: z.string() })),
  }),
  by: z
    .object({
      column: z.string(),
      slices: z.array(
        z.object({
          value: z.string(),
          reference: z.object({ rows: z.int() }),
          current: z.object({ rows: z.int() }),
          drift: Drift,
        }),
      ),
    })
    .optional(),
  quality: z.array(Finding),
  ...sectionSchemas(),
});
export type CheckResult = z.infer<typeof CheckResult>;

type SchemaOf<S> = S extends Section<infer T> ? z.ZodUnion<[z.ZodType<T>, typeof Absent]> : never;

function sectionSchemas() {
  const schemas = Object.entries(SECTIONS).map(([id, { schema }]) => [id, z.union([schema, Absent])]);
  return Object.fromEntries(schemas) as { [Id in SectionId]: SchemaOf<(typeof SECTIONS)[Id]> };
}

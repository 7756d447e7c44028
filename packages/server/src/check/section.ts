import { z } from 'zod';
import type { ContentColumn } from './decide-columns.ts';
import type { Engine } from './engine.ts';
import type { CheckOptions, Watcher } from './options.ts';
import type { TypedTable } from './profile-columns.ts';
import type { ComparedSummaries } from './quality.ts';

/** Both files, readable, and what is known of them when drift and data quality have been looked at. */
export interface CheckContext {
  engine: Engine;
  reference: TypedTable;
  current: TypedTable;
  compared: readonly ComparedSummaries[];
  contents: readonly ContentColumn[];
  options: CheckOptions;
  watch: Watcher;
}

/** A section that was not asked for, or that these files do not allow. */
export const Absent = z.object({ status: z.literal('not_available'), reason: z.string() });
export type Absent = z.infer<typeof Absent>;

export const absent = (reason: string): Absent => ({ status: 'not_available', reason });

/**
 * A part of a check beside drift and data quality. One file in `sections/` and one line in its index: it measures, says what
 * counts against the verdict, and says what is shown; how that looks is the affair of `render/`.
 */
export interface Section<T extends object> {
  title: string;
  schema: z.ZodType<T>;
  measure(context: CheckContext): Promise<T | Absent>;
  /** What makes the verdict `findings`, in words. */
  findings(result: T): string[];
  /** For JUnit. */
  cases(result: T): TestCase[];
  blocks(result: T): Block[];
}

export interface TestCase {
  name: string;
  /** `null`: could not be judged. */
  passed: boolean | null;
  message: string;
}

export type Tone = 'bad' | 'dim' | 'warn';

/** What a section shows. Charts are drawn in HTML only. */
export type Block =
  | { kind: 'text'; text: string; tone?: Tone }
  | { kind: 'table'; title?: string; head: readonly string[]; rows: readonly TableRow[] }
  | LineChart;

export interface TableRow {
  cells: readonly string[];
  tone?: Tone;
}

export interface LineChart {
  kind: 'lines';
  title: string;
  x: string;
  y: string;
  /** From the lower left to the upper right corner, as where chance or perfect calibration lies. */
  diagonal?: boolean;
  series: ReadonlyArray<{ of: 'reference' | 'current'; points: ReadonlyArray<readonly [x: number, y: number]> }>;
}

import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { AlertState, Duration, LeewayError, Severity } from '@leeway/contract';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';

const strict = z.strictObject;
const When = z.iso.datetime({ offset: true }).or(z.iso.date());

/** What was measured of one metric, window by window from the start of the test. */
const Series = strict({
  metric: z.string(),
  column: z.string().default(''),
  slice: z.string().default(''),
  monitor: z.string().optional().describe('Default: the first monitor of the model.'),
  values: z.string().describe('A word for each window, such as 0.81 0.7x5 _ ? 0.81>0.86@3d'),
  rows: z.int().min(0).default(1_000).describe('Rows behind each value.'),
  coverage: z.number().min(0).max(1).optional().describe('Share of the predictions that had a label.'),
  reference: z.number().optional().describe('The same number about the reference.'),
  margin: z.number().min(0).optional().describe('Half the width of the interval.'),
  after: Duration.optional().describe(
    'How long after the end of its window it is measured. Default: the grace of the monitor, or the delay of its labels.',
  ),
});

const ExpectedAlert = strict({
  rule: z.string(),
  column: z.string().default(''),
  slice: z.string().default(''),
  state: AlertState.exclude(['resolved']).default('firing'),
  severity: Severity.optional(),
  value: z.number().optional(),
  labels: z.record(z.string(), z.string()).optional().describe('Labels that it has, among others.'),
  summary: z.string().optional(),
});

const ExpectedMessage = strict({
  channel: z.string(),
  reason: z.string().optional().describe('Such as first, new alerts, repeat, all resolved.'),
  at: When.optional(),
  subject: z.string().optional().describe('The whole subject.'),
  contains: z.array(z.string()).default([]).describe('Texts that stand in the message as the channel gets it.'),
  golden: z.string().optional().describe('A file with the whole message as the channel gets it.'),
});

const RuleTest = strict({
  name: z.string().min(1),
  model: z.string().optional().describe('Default: the only model of the configuration.'),
  start: When.describe('Beginning of the first window.'),
  measurements: z.array(Series).min(1),
  alerts: z
    .array(
      strict({
        window: z
          .int()
          .min(1)
          .optional()
          .describe('After this window was measured, counted from 1, before it is revised.'),
        at: When.optional().describe('At this time.'),
        expect: z
          .array(ExpectedAlert)
          .describe('Every alert that is pending, firing or recovering then; none if empty.'),
      }).refine(({ window, at }) => (window === undefined) !== (at === undefined), 'say either window or at'),
    )
    .default([]),
  messages: z.array(ExpectedMessage).optional().describe('All that is sent, in its order; unchecked if left out.'),
  until: Duration.default('1h').describe('How long it goes on after the last measurement.'),
});
export type RuleTest = z.infer<typeof RuleTest>;
export type ExpectedAlert = z.infer<typeof ExpectedAlert>;
export type ExpectedMessage = z.infer<typeof ExpectedMessage>;

const TestFile = strict({
  config: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .describe('Path of a configuration, from the folder of this file; or one itself.'),
  env: z
    .record(z.string(), z.coerce.string())
    .default({})
    .describe('What the variables that the configuration takes from the environment stand for.'),
  tests: z.array(RuleTest).min(1),
});
export type TestFile = z.infer<typeof TestFile>;

export interface ReadTests extends TestFile {
  /** As it was given. */
  path: string;
  /** Paths in it start here. */
  folder: string;
}

/** Reads a file of tests. @throws LeewayError `rule_test_invalid` with the line. */
export async function readTests(path: string): Promise<ReadTests> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new LeewayError('file_unreadable', `${path}: ${error.code ?? error.message}`, { cause: error });
  });
  return { ...parseTests(text, path), path, folder: dirname(resolve(path)) };
}

export function parseTests(text: string, path: string): TestFile {
  const name = relative(process.cwd(), path) || path;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken)
    throw new LeewayError(
      'rule_test_invalid',
      `${name}:${broken.linePos?.[0].line ?? 1}: ${broken.message.split('\n')[0]}`,
    );
  // As written: to YAML 0x4 is a hexadecimal number, and here it is four windows of 0.
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && key.value === 'values' && isScalar(value) && value.source !== undefined)
        value.value = value.source;
    },
  });
  const parsed = TestFile.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.slice(0, 10).map(({ path: at, message }) => {
    let node: unknown;
    for (let depth = at.length; depth > 0 && !node; depth--) node = document.getIn(at.slice(0, depth), true);
    const range = (node as { range?: [number, number, number] } | undefined)?.range;
    return `${name}${range ? `:${lines.linePos(range[0]).line}` : ''}: ${at.map(String).join('.')}: ${message}`;
  });
  throw new LeewayError('rule_test_invalid', mistakes.join('\n  '));
}

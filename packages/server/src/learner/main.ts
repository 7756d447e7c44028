import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { type NumericColumn, readTable, type TableColumn } from './read-table.ts';
import { featureTypes, TrainParams, TrainSchema, train } from './train.ts';

/**
 * The trainer behind the `builtin` executor: a program under the training contract like any user's. It reads LEEWAY_TRAIN_DATA,
 * LEEWAY_SCHEMA and LEEWAY_PARAMS, leaves model.onnx and metrics.json in LEEWAY_OUTPUT, and tells its progress on stderr.
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const output = required(env, 'LEEWAY_OUTPUT');
  const schema = parse(TrainSchema, await readFile(required(env, 'LEEWAY_SCHEMA'), 'utf8'), 'LEEWAY_SCHEMA');
  const params = parse(TrainParams, env['LEEWAY_PARAMS'] || '{}', 'LEEWAY_PARAMS');

  const started = performance.now();
  const table = await readTable(required(env, 'LEEWAY_TRAIN_DATA'), columnKinds(schema));
  say(`read ${table.rows} rows, ${Object.keys(schema.features).length} features`, started);
  const { onnx, metrics, converged } = train(table, schema, params);
  say(`fitted in ${metrics['iterations']} iterations`, started);
  if (!converged) say('not converged; raise maxIterations or tolerance, or lower C', started);

  await mkdir(output, { recursive: true });
  await writeFile(join(output, 'metrics.json'), `${JSON.stringify(metrics)}\n`);
  // The model last: where it is, everything is.
  await writeFile(join(output, 'model.onnx'), onnx);
  say(`wrote model.onnx, ${onnx.length} bytes`, started);
}

/** How each column is read: categories and class labels as strings, the rest as numbers. */
function columnKinds(schema: TrainSchema): Map<string, TableColumn['kind']> {
  const kinds = new Map<string, TableColumn['kind']>();
  for (const [name, type] of featureTypes(schema)) kinds.set(name, type === 'categorical' ? 'categorical' : 'numeric');
  const label: NumericColumn['kind'] | 'categorical' = schema.task === 'regression' ? 'numeric' : 'categorical';
  return kinds.set(schema.label, label);
}

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set; the training contract is in docs/guides`);
  return value;
}

function parse<T extends z.ZodType>(schema: T, json: string, name: string): z.output<T> {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    throw new Error(`${name} is not valid JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw new Error(`${name}: ${mistakes.join('; ')}`);
}

function say(text: string, started: number): void {
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)}s ${text}\n`);
}

main(process.env).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});

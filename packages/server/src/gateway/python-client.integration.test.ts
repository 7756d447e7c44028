import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ModelConfig } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import type { Column } from './columns.ts';
import { loadOnnx } from './runtime.ts';

/** One model that clients/python/tests/train_models.py trained, and what its library predicts. */
interface Case {
  name: string;
  error?: string;
  task: ModelConfig['task'];
  tolerance: number;
  path: string;
  prediction: (string | number)[];
  score?: number[];
  scores?: Record<string, number[]>;
}

interface Found {
  features: Record<string, { type: string }>;
  rows: Record<string, Record<string, unknown>>;
  cases: Case[];
}

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const python = process.env['LEEWAY_TEST_VENV_ML'];

describe.skipIf(!python)('models that the Python client saves (needs LEEWAY_TEST_VENV_ML)', async () => {
  const { features, rows, cases } = python ? await train(python) : { features: {}, rows: {}, cases: [] };
  const columns = new Map<string, Column>(
    Object.entries(features).map(([name, { type }]) => {
      const values = Object.values(rows[name] ?? {});
      return [name, type === 'categorical' ? (values as (string | null)[]) : Float64Array.from(values, numberOf)];
    }),
  );

  test('there are models of all three libraries', () => {
    for (const library of ['forest', 'xgboost', 'lightgbm']) {
      expect(cases.some(({ name }) => name.includes(library))).toBe(true);
    }
  });

  test.for(cases)('$name: served as its library predicts', async ({ error, path, ...expected }) => {
    expect(error).toBeUndefined();
    const runner = await loadOnnx(path, modelOf(expected.task, features, Object.keys(expected.scores ?? {})));
    try {
      const said = await runner.predict({ rows: expected.prediction.length, columns });
      const { tolerance } = expected;
      if (expected.task === 'regression') {
        expect(furthest(said.prediction as Float64Array, expected.prediction as number[])).toBeLessThan(tolerance);
      } else {
        expect(said.prediction).toEqual(expected.prediction);
      }
      if (expected.score) expect(furthest(said.score!, expected.score)).toBeLessThan(tolerance);
      for (const [name, values] of Object.entries(expected.scores ?? {})) {
        expect(furthest(said.scores!.get(name)!, values)).toBeLessThan(tolerance);
      }
    } finally {
      await runner.close();
    }
  });
});

test.skipIf(!python)(
  'the tests of the Python client that want libraries (need LEEWAY_TEST_VENV_ML)',
  {
    timeout: 300_000,
  },
  async () => {
    const client = join(ROOT, 'clients/python');
    const env = { ...process.env, PYTHONPATH: ['src', 'tests'].join(delimiter), PYTHONDONTWRITEBYTECODE: '1' };
    const args = ['-W', 'ignore', '-m', 'unittest', '-v', 'test_tables', 'test_examples'];
    const { stderr } = await promisify(execFile)(python!, args, { cwd: client, env, maxBuffer: 16_777_216 });
    expect(stderr).toMatch(/^Ran \d+ tests.*\n\nOK/m);
    expect(stderr).not.toContain('needs pyarrow');
  },
);

async function train(path: string): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-models-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const program = join(ROOT, 'clients/python/tests/train_models.py');
  const env = { ...process.env, PYTHONPATH: join(ROOT, 'clients/python/src'), PYTHONDONTWRITEBYTECODE: '1' };
  await promisify(execFile)(path, ['-W', 'ignore', program, folder], { env, timeout: 300_000 });
  return JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')) as Found;
}

const modelOf = (task: ModelConfig['task'], features: Found['features'], classes: string[]): ModelConfig =>
  ModelConfig.parse({
    name: 'trained',
    task,
    columns: {
      features,
      ...(task === 'binary' ? { score: 'score', positive: 'late' } : {}),
      ...(classes.length > 0 ? { scores: Object.fromEntries(classes.map((name) => [name, `p_${name}`])) } : {}),
    },
  });

const numberOf = (value: unknown): number => (value === null ? Number.NaN : Number(value));

/** The greatest difference of two columns; NaN, which no bound holds, where one has a NaN. */
function furthest(values: ArrayLike<number>, expected: readonly number[]): number {
  expect(values.length).toBe(expected.length);
  return expected.reduce((most, number, i) => Math.max(most, Math.abs(number - values[i]!)), 0);
}

import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTrainingServer } from './testdata/training-server.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const python = process.env['LEEWAY_TEST_VENV_ML'];

describe.skipIf(!python)('the examples (need LEEWAY_TEST_VENV_ML)', () => {
  it.each([
    ['sklearn', 'on this machine', 'command', [`${ROOT}examples/sklearn/train.py`]],
    ['sklearn', 'on another', 'webhook', [`${ROOT}examples/sklearn/train.py`]],
  ] as const)('%s trains a model %s that the gates take', { timeout: 300_000 }, async (_, __, executor, program) => {
    const server = await openTrainingServer(python!, [...program]);
    onTestFinished(() => server.close());
    const run = await server.runOf(executor);
    expect(run).toMatchObject({ error: null, state: 'awaiting_approval', challenger: 'v1' });
    expect(run.gates.map((gate) => gate.verdict)).toEqual(['pass']);
    expect(run.executions[0]!.metrics['validation_roc_auc']).toBeGreaterThan(0.7);
  });
});

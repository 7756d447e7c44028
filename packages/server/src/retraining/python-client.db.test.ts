import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTrainingServer, type TrainingServer } from './testdata/training-server.ts';

const python = ['python3', 'python'].find(
  (name) => spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0,
);

/** Training code that needs nothing but the client: the model that it saves was learnt before. */
const PROGRAM = `
import logging, os
import leeway

with leeway.run() as run:
    assert run.train.read_bytes()[:4] == run.holdout.read_bytes()[:4] == b"PAR1"
    assert (run.task, run.positive, run.label) == ("binary", "late", "label")
    logging.warning("features %s, trees %d", run.feature_names, run.params.integer("trees"))
    run.log(progress=0.5, message="half way", loss=0.25)
    if run.champion is not None:
        logging.warning("starting from %s, %d bytes", run.champion_version, run.champion.stat().st_size)
    run.save_model(os.environ["MODEL_FILE"], name="model.onnx")
`;

describe.skipIf(!python)('the Python client for training code (needs Python 3.9)', () => {
  let server: TrainingServer;
  beforeAll(async () => {
    server = await openTrainingServer(python!, ['-c', PROGRAM]);
  }, 120_000);
  afterAll(() => server?.close());

  it.for([
    ['command', 'with its files on this machine'],
    ['webhook', 'with its files over HTTP'],
  ] as const)('%s: %s', { timeout: 120_000 }, async ([executor]) => {
    const first = await server.runOf(executor);
    expect(first).toMatchObject({ error: null, state: 'awaiting_approval', challenger: 'v1' });
    const [training] = first.executions;
    expect(training).toMatchObject({ executor, state: 'succeeded', message: 'half way' });
    expect(training!.metrics).toMatchObject({ loss: 0.25 });
    expect(first.log).toContain(`features ['hour', 'distance', 'holiday', 'carrier'], trees 7`);

    await server.approve(first);
    const second = await server.runOf(executor);
    expect(second).toMatchObject({ error: null, champion: 'v1', challenger: 'v2' });
    expect(second.log).toMatch(/starting from v1, [1-9]\d+ bytes/);
  });
});

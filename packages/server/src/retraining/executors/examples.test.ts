import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PLUGINS } from '../../app/app.ts';
import { checkConfig, readConfig } from '../../config/load.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../../examples/', import.meta.url));

describe('the configuration of the examples', () => {
  it.each([
    ['sklearn', 'command'],
    ['airflow', 'airflow'],
    ['prefect', 'prefect'],
    ['kubeflow', 'kubeflow'],
    ['github', 'github'],
  ])('%s is taken', async (example, type) => {
    const secrets = { AIRFLOW_PASSWORD: 'secret', KUBEFLOW_TOKEN: 'secret', GITHUB_TOKEN: 'secret' };
    const { models } = await checkConfig(await readConfig(`${EXAMPLES}${example}/leeway.yaml`), PLUGINS, secrets);
    expect(models[0]!.retrain!.executor.type).toBe(type);
  });
});

describe('the workflow for GitHub', () => {
  const workflow = parse(readFileSync(`${EXAMPLES}github/train.yml`, 'utf8'));

  it('has the key of the training in its name, by which its run is found, and the input that is given', () => {
    expect(workflow['run-name']).toContain('fromJSON(inputs.leeway).LEEWAY_TRAINING');
    expect(Object.keys(workflow.on.workflow_dispatch.inputs)).toEqual(['leeway']);
  });

  it('hands the contract on as a variable, and never writes it into a command', () => {
    const steps: { run?: string; env?: Record<string, string> }[] = workflow.jobs.train.steps;
    expect(steps.at(-1)!.run).toBe('python train.py');
    expect(steps.at(-1)!.env!['LEEWAY']).toMatch(/^\$\{\{ inputs\.leeway \}\}$/);
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });
});

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

/** The step of examples/ci that runs the check, run as the workflow would run it, with this Leeway in place of the published one. */
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const workflow = parse(readFileSync(join(ROOT, 'examples/ci/model-check.yml'), 'utf8')) as {
  jobs: { check: { env: Record<string, string>; steps: { id?: string; run?: string; if?: string }[] } };
};
const { env, steps } = workflow.jobs.check;
const script = steps.find(({ id }) => id === 'check')!.run!;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leeway-ci-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'data'));
  const npx = join(folder, 'bin/npx');
  writeFileSync(
    npx,
    `#!/bin/sh\nshift 2\nexec ${process.execPath} ${join(ROOT, 'packages/server/dist/cli/main.js')} "$@"\n`,
  );
  chmodSync(npx, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const csv = (shift: number) =>
  `amount,p_churn,churned\n${Array.from({ length: 400 }, (_, i) => `${((i * 37) % 100) + shift},${(i % 10) / 10},${i % 10 > 4 ? 1 : 0}`).join('\n')}\n`;

function run(current: string, label = 'churned') {
  writeFileSync(join(folder, 'data/reference.csv'), csv(0));
  writeFileSync(join(folder, 'data/current.csv'), current);
  const done = spawnSync('bash', ['-e', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...{ ...env, LABEL: label, SCORE: label && env['SCORE'] },
      ...{ HOME: folder, PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}` },
      ...{ GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') },
    },
  });
  return done;
}

describe('the workflow of examples/ci', () => {
  test.each([
    ['the same data', csv(0), '0', 'ok'],
    ['moved data', csv(500), '1', 'findings'],
  ])('%s', (_, current, status, verdict) => {
    rmSync(join(folder, 'output'), { force: true });
    rmSync(join(folder, 'summary.md'), { force: true });
    const done = run(current);
    expect(done.status, done.stderr).toBe(0);
    expect(readFileSync(join(folder, 'output'), 'utf8')).toBe(`status=${status}\n`);
    expect(JSON.parse(readFileSync(join(folder, 'check.json'), 'utf8'))).toMatchObject({ verdict });
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain(`leeway check: ${verdict}`);
    for (const file of ['check.html', 'check.xml']) expect(readFileSync(join(folder, file), 'utf8')).not.toBe('');
  });

  test('a file without labels is checked where LABEL is empty', () => {
    expect(run('amount\n1\n2\n', '').status).toBe(0);
  });

  test('a broken file stops the job with the message', () => {
    const done = run('');
    expect(done.status).toBe(2);
    expect(done.stdout).toContain('current.csv');
  });

  test('fails in a step of its own where something was found', () => {
    expect(steps.at(-1)).toMatchObject({ if: "steps.check.outputs.status != '0'", run: 'exit 1' });
  });
});

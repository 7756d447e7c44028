import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('docs/reference/openapi.json and the types of both clients are as the server tells them', () => {
  const script = fileURLToPath(new URL('../../../scripts/generate-openapi.mjs', import.meta.url));
  const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
});

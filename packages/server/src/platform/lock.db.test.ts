import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentOf, REGRESSION } from '../testing/models.ts';
import { kill, nextMessage, spawnProgram } from '../testing/spawn.ts';
import { lockDirectory } from './lock.ts';

test('a second holder of a directory is refused until the first lets go', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-lock-'));
  const release = lockDirectory(join(folder, 'made'));
  expect(() => lockDirectory(join(folder, 'made'))).toThrow(expect.objectContaining({ code: 'data_in_use' }));
  lockDirectory(join(folder, 'other'))();
  release();
  lockDirectory(join(folder, 'made'))();
  rmSync(folder, { recursive: true });
});

test('a second server on a data directory is refused; after kill -9 of the first it may have it at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-lock-'));
  const start = async () => {
    const child = await spawnProgram('server.ts', [folder, JSON.stringify(documentOf(REGRESSION))]);
    return { child, message: await nextMessage<{ url?: string; refused?: string }>(child) };
  };
  const first = await start();
  expect(first.message.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  const second = await start();
  expect(second.message).toEqual({ refused: 'data_in_use' });
  await kill(second.child);
  expect((await fetch(`${first.message.url}/healthz`)).status).toBe(200); // the first is not disturbed
  await kill(first.child);
  const third = await start();
  expect(third.message.url).toBeDefined();
  await kill(third.child);
  rmSync(folder, { recursive: true, force: true });
});

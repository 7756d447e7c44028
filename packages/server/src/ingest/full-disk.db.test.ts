import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentOf, REGRESSION } from '../testing/models.ts';
import { kill, nextMessage, spawnProgram } from '../testing/spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'leeway-full-'));
const disk = join(folder, 'disk');
mkdirSync(disk);
// A disk of its own, where this user may mount one; ingest-served.db.test.ts tests the answer of a served warehouse anyway.
const mounted =
  process.getuid?.() === 0 &&
  existsSync('/bin/mount') &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', [disk]);
  rmSync(folder, { recursive: true, force: true });
});

describe.runIf(mounted)('on a disk of 64 MB', () => {
  const time = Date.now();
  let child: Awaited<ReturnType<typeof spawnProgram>>;
  let server: { url: string; token: string };
  const start = async () => {
    child = await spawnProgram('server.ts', [join(disk, 'data'), JSON.stringify(documentOf(REGRESSION))]);
    server = await nextMessage(child);
  };
  const call = async (path: string, rows?: object[]) => {
    const response = await fetch(`${server.url}${path}`, {
      method: rows ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      ...(rows ? { body: JSON.stringify(rows) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const batch = (name: string) =>
    Array.from({ length: 500 }, (_, i) => ({ id: `${name}-${i}`, time, price: 1, kind: `${Math.sin(i)}` }));
  const send = (name: string) => call('/api/v1/models/houses/predictions', batch(name));
  beforeAll(start);
  afterAll(() => kill(child));

  test('a batch that finds no room is 507, and what was acknowledged is there when there is room again', async () => {
    const acknowledged: string[] = [];
    expect((await send('first')).body).toMatchObject({ accepted: 500 });
    acknowledged.push('first');
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - 300_000)));
    let refused: Awaited<ReturnType<typeof send>> | undefined;
    for (let i = 0; i < 200 && !refused; i++) {
      const answer = await send(`b${i}`);
      if (answer.status === 200) acknowledged.push(`b${i}`);
      else refused = answer;
    }
    expect(refused).toMatchObject({ status: 507, body: { code: 'storage_full' } });
    expect((await call('/healthz')).status).toBe(200);
    rmSync(join(disk, 'ballast'));
    expect((await send('after')).body).toMatchObject({ accepted: 500 });
    // Whatever was acknowledged is known again after the process was killed: all of it is a duplicate.
    await kill(child);
    await start();
    for (const name of [...acknowledged, 'after'])
      expect((await send(name)).body).toMatchObject({ accepted: 0, duplicates: 500 });
  });
});

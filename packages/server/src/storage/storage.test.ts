import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageConfig } from '@leeway/contract';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOutbound } from '../platform/outbound.ts';
import { localStorage } from './local.ts';
import { s3Storage } from './s3.ts';
import type { FileStorage } from './storage.ts';
import { BUCKET, type FakeS3, KEY_ID, REGION, SECRET, startS3 } from './testdata/s3-server.ts';

const root = mkdtempSync(join(tmpdir(), 'leeway-storage-'));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
const folder = () => mkdtempSync(join(root, `${++made}-`));
const content = (bytes: number, seed = 1) =>
  Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 31 + seed) % 251));
/** A file and its key. */
function given(bytes: Buffer): { path: string; key: string } {
  const path = join(root, `file-${++made}`);
  writeFileSync(path, bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { path, key: `things/${hash.slice(0, 2)}/${hash}` };
}

const settings = (origin: string, over: object = {}) => {
  const config = {
    ...{ kind: 's3', bucket: BUCKET, prefix: 'team/a b', region: REGION, endpoint: origin, pathStyle: true },
    ...{ accessKeyId: KEY_ID, secretAccessKey: SECRET, ...over },
  };
  return StorageConfig.parse(config) as Extract<StorageConfig, { kind: 's3' }>;
};
const outbound = createOutbound({ allow: () => ['127.0.0.0/8'] });

let s3: FakeS3;
beforeEach(async () => {
  s3 = await startS3();
});
afterEach(() => s3.close());
const bucket = (cache = folder(), over: object = {}) =>
  s3Storage(settings(s3.origin, over), { outbound, cache, partBytes: 100 });

const forms: [string, () => FileStorage][] = [
  ['local', () => localStorage(folder())],
  ['s3', () => bucket()],
];

describe.each(forms)('%s', (_, open) => {
  test.each([0, 1, 100, 101, 1_234])('gives back the %i bytes that it keeps', async (bytes) => {
    const storage = open();
    const { path, key } = given(content(bytes));
    expect(await storage.has(key)).toBe(false);
    await storage.put(key, path);
    await storage.put(key, path);
    expect(await storage.has(key)).toBe(true);
    expect(readFileSync(await storage.get(key)).equals(content(bytes))).toBe(true);
    expect(await storage.list('things/')).toEqual([key]);
  });

  test('says that it has no such file, forgets what is deleted, and lists by prefix', async () => {
    const storage = open();
    const files = [1, 2, 3, 4, 5].map((seed) => given(content(50, seed)));
    for (const { key, path } of files) await storage.put(key, path);
    await storage.put('others/x', files[0]!.path);
    expect(await storage.list('things/')).toEqual(files.map(({ key }) => key).sort());
    expect(await storage.list('nothing/')).toEqual([]);
    await storage.delete(files[0]!.key);
    await storage.delete(files[0]!.key);
    expect(await storage.has(files[0]!.key)).toBe(false);
    await expect(storage.get(files[0]!.key)).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each(['../x', 'a/../b', '/a', 'a//b', 'a/.hidden', ''])('refuses the key "%s"', async (key) => {
    await expect((async () => open().get(key))()).rejects.toThrow(RangeError);
  });
});

describe('s3', () => {
  test('what one replica puts the other gets, and asks for once', async () => {
    const { path, key } = given(content(350));
    await bucket().put(key, path);
    const other = bucket();
    const both = await Promise.all([other.get(key), other.get(key)]);
    expect(both[0]).toBe(both[1]);
    expect(readFileSync(both[0]).equals(content(350))).toBe(true);
    const asked = s3.calls.length;
    await other.get(key);
    expect(s3.calls.length).toBe(asked);
    expect(s3.calls.filter((call) => call.startsWith('GET /models/team/'))).toHaveLength(4);
  });

  test('an upload that was cut off goes on where it ended', async () => {
    const { path, key } = given(content(1_000));
    let parts = 0;
    s3.before = (call) => (call.includes('partNumber') && ++parts > 3 ? 403 : undefined);
    await expect(bucket().put(key, path)).rejects.toMatchObject({ code: 'storage_failed' });
    expect(s3.objects.size).toBe(0);
    s3.before = undefined;
    s3.calls.length = 0;
    await bucket().put(key, path);
    expect(s3.calls.filter((call) => call.includes('partNumber'))).toHaveLength(7);
    expect(s3.calls.some((call) => call.endsWith('?uploads') && call.startsWith('POST'))).toBe(false);
    expect([...s3.objects.values()][0]!.equals(content(1_000))).toBe(true);
    expect(s3.uploads.size).toBe(0);
  });

  test('a fetch that was cut off goes on where it ended; half of a file is never seen', async () => {
    const { path, key } = given(content(1_000));
    await bucket().put(key, path);
    const cache = folder();
    let gets = 0;
    s3.before = (call) => (call.startsWith('GET') && ++gets > 4 ? 403 : undefined);
    await expect(bucket(cache).get(key)).rejects.toMatchObject({ code: 'storage_failed' });
    expect(readdirSync(cache, { recursive: true }).some((name) => String(name).endsWith(key.slice(-64)))).toBe(false);
    s3.before = undefined;
    s3.calls.length = 0;
    expect(readFileSync(await bucket(cache).get(key)).equals(content(1_000))).toBe(true);
    expect(s3.calls.filter((call) => call.startsWith('GET'))).toHaveLength(6);
  });

  test('a service that stumbles is asked again', async () => {
    const { path, key } = given(content(10));
    let first = true;
    s3.before = () => {
      if (!first) return undefined;
      first = false;
      return 503;
    };
    await bucket().put(key, path);
    expect(s3.objects.size).toBe(1);
  });

  test('what is not what its name says is not given out, and not kept', async () => {
    const { path, key } = given(content(300));
    await bucket().put(key, path);
    const [name] = s3.objects.keys();
    s3.objects.set(name!, content(300, 2));
    const cache = folder();
    await expect(bucket(cache).get(key)).rejects.toThrow(/another SHA-256/);
    expect(readdirSync(cache, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toEqual([]);
  });

  test('two that put the same at once are both done', async () => {
    const { path, key } = given(content(90));
    s3.before = (call) => {
      // Between the look and the put, the other one puts.
      if (call.startsWith('PUT')) s3.objects.set(`team/a b/${key}`, content(90));
      return undefined;
    };
    await bucket().put(key, path);
    expect(s3.objects.size).toBe(1);
  });

  test.each([
    ['a wrong secret', { secretAccessKey: 'another' }, /could not look for things\S+: HTTP 403$/],
    ['a wrong bucket', { bucket: 'another' }, /HTTP 404, NoSuchBucket/],
  ])('%s is told, without the secret', async (_, over, message) => {
    const { path, key } = given(content(10));
    const error: Error = await bucket(folder(), over)
      .put(key, path)
      .then(() => expect.unreachable('it should have failed'))
      .catch((caught) => caught);
    expect(`${error.message} ${(error as { detail?: string }).detail}`).toMatch(message);
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });

  test('an address that may not be called is not', async () => {
    const storage = s3Storage(settings(s3.origin), {
      cache: folder(),
      outbound: createOutbound({ allow: () => [] }),
    });
    await expect(storage.has('things/x')).rejects.toMatchObject({ code: 'address_refused' });
    expect(s3.calls).toEqual([]);
  });
});

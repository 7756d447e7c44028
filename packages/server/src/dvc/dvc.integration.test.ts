import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageConfig } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createOutbound } from '../platform/outbound.ts';
import { s3Storage } from '../storage/s3.ts';
import { dvcRemote } from './dvc-remote.ts';
import { findDvcOut, pullDvc } from './pull-dvc.ts';
import { pushDvc } from './push-dvc.ts';

/** Python with `dvc[s3]` and `moto[server]`. */
const python = process.env['LEEWAY_TEST_VENV_DATA'];
if (!python) console.warn('without LEEWAY_TEST_VENV_DATA, DVC and an S3 server are not tested for real');

const root = mkdtempSync(join(tmpdir(), 'leeway-dvc-real-'));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;
const folder = () => mkdtempSync(join(root, `${++made}-`));
const outbound = createOutbound({ allow: () => ['127.0.0.0/8'] });
const ABOUT = { desc: 'Leeway dataset 1', meta: { leeway: { dataset: '1' } } };
const SECRETS = { AWS_ACCESS_KEY_ID: 'testing-key-id', AWS_SECRET_ACCESS_KEY: 'testing-secret' };

function run(cwd: string, ...command: string[]): string {
  const env = { ...process.env, ...SECRETS, AWS_DEFAULT_REGION: 'us-east-1', DVC_NO_ANALYTICS: '1' };
  return execFileSync(python!, ['-m', ...command], { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function repository(): string {
  const repo = folder();
  execFileSync('git', ['init', '-q'], { cwd: repo });
  run(repo, 'dvc', 'init', '-q');
  return repo;
}

const bytes = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7919) % 256));
function given(): Map<string, string> {
  const at = folder();
  const files = new Map([
    ['train.parquet', bytes(3_000_000)],
    ['ä/holdout.parquet', bytes(1_000)],
    ['empty', Buffer.alloc(0)],
  ]);
  return new Map(
    Array.from(files, ([name, content], i) => {
      writeFileSync(join(at, String(i)), content);
      return [name, join(at, String(i))];
    }),
  );
}

describe.runIf(python)('DVC', () => {
  test('`dvc pull` brings what Leeway has pushed, and finds nothing changed', { timeout: 300_000 }, async () => {
    const repo = repository();
    run(repo, 'dvc', 'remote', 'add', '-d', 'store', folder());
    const remote = await dvcRemote(repo, undefined, { outbound, cache: folder() });
    const files = given();
    await pushDvc(remote, repo, 'data', files, ABOUT);
    await pushDvc(remote, repo, 'one.parquet', files.get('train.parquet')!, ABOUT);
    run(repo, 'dvc', 'pull');
    for (const [name, path] of files)
      expect(readFileSync(join(repo, 'data', name)).equals(readFileSync(path))).toBe(true);
    expect(readFileSync(join(repo, 'one.parquet')).length).toBe(3_000_000);
    expect(run(repo, 'dvc', 'status')).toMatch(/up to date/);
    expect(run(repo, 'dvc', 'status', '-c')).toMatch(/in sync/);
  });

  test('Leeway pulls what `dvc push` has pushed', { timeout: 300_000 }, async () => {
    const repo = repository();
    run(repo, 'dvc', 'remote', 'add', '-d', 'store', folder());
    mkdirSync(join(repo, 'raw/deep'), { recursive: true });
    writeFileSync(join(repo, 'raw/deep/ö.csv'), 'id,x\n');
    writeFileSync(join(repo, 'raw/b.csv'), 'id,y\n');
    run(repo, 'dvc', 'add', '-q', 'raw');
    run(repo, 'dvc', 'push', '-q');
    const remote = await dvcRemote(repo, 'store', { outbound, cache: folder() });
    const target = folder();
    expect(await pullDvc(remote, await findDvcOut(repo, 'raw'), target)).toEqual({ files: 2 });
    expect(readFileSync(join(target, 'deep/ö.csv'), 'utf8')).toBe('id,x\n');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

describe.runIf(python)('a server that speaks S3', () => {
  let server: ChildProcess;
  let origin = '';
  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    server = spawn(python!, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await vi.waitUntil(
      () =>
        fetch(origin).then(
          () => true,
          () => false,
        ),
      { timeout: 150_000, interval: 200 },
    );
    await fetch(`${origin}/models`, { method: 'PUT' });
  }, 180_000);
  afterAll(async () => {
    const ended = new Promise((done) => server.once('exit', done));
    server.kill();
    await ended;
  });
  const settings = () => {
    const found = StorageConfig.parse({
      ...{ kind: 's3', bucket: 'models', prefix: 'leeway', endpoint: origin, pathStyle: true },
      ...{ accessKeyId: SECRETS.AWS_ACCESS_KEY_ID, secretAccessKey: SECRETS.AWS_SECRET_ACCESS_KEY },
    });
    return found as Extract<StorageConfig, { kind: 's3' }>;
  };

  test('keeps small files and large ones, in parts', { timeout: 300_000 }, async () => {
    const storage = (cache: string) => s3Storage(settings(), { outbound, cache, partBytes: 5_242_880 });
    const files: [key: string, content: Buffer][] = [
      ['things/small', bytes(10)],
      ['things/large', bytes(12_000_000)],
      ['things/nothing', Buffer.alloc(0)],
    ];
    const first = storage(folder());
    for (const [key, content] of files) {
      const path = join(folder(), 'file');
      writeFileSync(path, content);
      await first.put(key, path);
      await first.put(key, path);
    }
    const other = storage(folder());
    for (const [key, content] of files) expect(readFileSync(await other.get(key)).equals(content)).toBe(true);
    expect(await other.list('things/')).toEqual(['things/large', 'things/nothing', 'things/small']);
    await other.delete('things/small');
    expect(await first.has('things/small')).toBe(false);
  });

  test('is a remote of DVC: `dvc pull` brings what Leeway has pushed', { timeout: 300_000 }, async () => {
    const repo = repository();
    run(repo, 'dvc', 'remote', 'add', '-d', 'store', 's3://models/dvc');
    run(repo, 'dvc', 'remote', 'modify', 'store', 'endpointurl', origin);
    run(repo, 'dvc', 'remote', 'modify', '--local', 'store', 'access_key_id', SECRETS.AWS_ACCESS_KEY_ID);
    run(repo, 'dvc', 'remote', 'modify', '--local', 'store', 'secret_access_key', SECRETS.AWS_SECRET_ACCESS_KEY);
    const remote = await dvcRemote(repo, undefined, { outbound, cache: folder() });
    const files = given();
    await pushDvc(remote, repo, 'data', files, ABOUT);
    run(repo, 'dvc', 'pull');
    for (const [name, path] of files)
      expect(readFileSync(join(repo, 'data', name)).equals(readFileSync(path))).toBe(true);
  });
});

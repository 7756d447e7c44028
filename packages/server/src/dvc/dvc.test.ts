import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createOutbound } from '../platform/outbound.ts';
import { BUCKET, KEY_ID, REGION, SECRET, startS3 } from '../storage/testdata/s3-server.ts';
import { directoryName, directoryText, readDirectory } from './directory-object.ts';
import { readDvcFile, readDvcLock } from './dvc-file.ts';
import { dvcRemote, readDvcConfig } from './dvc-remote.ts';
import { findDvcOut, pullDvc } from './pull-dvc.ts';
import { pushDvc } from './push-dvc.ts';

const root = mkdtempSync(join(tmpdir(), 'leeway-dvc-'));
afterAll(() => rmSync(root, { recursive: true }));
let made = 0;
const folder = () => mkdtempSync(join(root, `${++made}-`));
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const outbound = createOutbound({ allow: () => ['127.0.0.0/8'] });
const ABOUT = { desc: 'Leeway dataset 1', meta: { leeway: { dataset: '1' } } };

// What `dvc add` of DVC 3.67 makes of these trees.
test.each([
  ['plain', { 'a.csv': '1,2\n', 'b/c.txt': 'x' }, '31cd39f870313e8c1d4e4d89440eb570.dir'],
  [
    'names of all kinds',
    {
      ...{ 'ä.txt': '1', 'z.txt': '2', '😀.txt': '3', '\uffee.txt': '4', 'a"b.txt': '5', 'A/b': '6', 'A-b': '7' },
      ...{ 'tab\there': '8', '\u007f': '9' },
    },
    '889293a870e156ffc9369cb4994297a6.dir',
  ],
  ['empty', {}, 'd751713988987e9331980363e24189ce.dir'],
] as const)('a directory has the name that DVC gives it: %s', (_, tree: Record<string, string>, name) => {
  const files = Object.entries(tree).map(([relpath, content]) => ({ relpath, md5: md5(content) }));
  expect(directoryName(directoryText(files))).toBe(name);
  expect(readDirectory(directoryText(files))).toHaveLength(files.length);
});

test('a directory is written as Python writes it', () => {
  expect(
    directoryText([
      { md5: 'b', relpath: 'é/\u{1f600}' },
      { md5: 'a', relpath: 'z' },
    ]),
  ).toBe('[{"md5": "a", "relpath": "z"}, {"md5": "b", "relpath": "\\u00e9/\\ud83d\\ude00"}]');
});

test.each([['../../etc/passwd'], ['/etc/passwd'], ['a/../b'], ['a\\..\\b'], ['']])(
  'a directory with the path "%s" is refused',
  (relpath) => {
    expect(() => readDirectory(JSON.stringify([{ md5: md5(''), relpath }]))).toThrow(/leads out/);
  },
);

test('reads .dvc files of DVC 3 and 2, and dvc.lock', () => {
  const three = 'outs:\n- md5: 5eb73cb2ca23e46bcf400e2aa19928bb\n  size: 11\n  hash: md5\n  path: one.csv\n';
  expect(readDvcFile(three)).toMatchObject([{ path: 'one.csv', hash: 'md5', size: 11 }]);
  const two = 'wdir: ..\nouts:\n- md5: 5eb73cb2ca23e46bcf400e2aa19928bb\n  path: one.csv\n';
  expect(readDvcFile(two)).toMatchObject([{ path: '../one.csv', md5: '5eb73cb2ca23e46bcf400e2aa19928bb' }]);
  const lock = `schema: '2.0'\nstages:\n  prepare:\n    cmd: python x.py\n    deps:\n    - path: x.py\n      md5: ${md5('')}\n    outs:\n    - path: data/out\n      hash: md5\n      md5: ${md5('1')}.dir\n      size: 9\n      nfiles: 2\n`;
  expect(readDvcLock(lock)).toMatchObject([{ path: 'data/out', md5: `${md5('1')}.dir` }]);
  expect(() => readDvcFile('outs:\n- path: x\n  md5: nothing\n')).toThrow(/outs\.0\.md5/);
});

test('reads the configuration of DVC, and what is private goes before', () => {
  const text = `[core]\n    remote = store\n['remote "store"']\n    url = ../here\n[remote "other"]\n  url=s3://b/p # x\n`;
  expect(Object.fromEntries(readDvcConfig(text))).toEqual({
    core: { remote: 'store' },
    'remote "store"': { url: '../here' },
    'remote "other"': { url: 's3://b/p # x' },
  });
});

/** A repository of DVC with a remote in a folder. */
function repository(remote = folder()): string {
  const repo = folder();
  write(join(repo, '.dvc/config'), `[core]\n    remote = store\n['remote "store"']\n    url = ${remote}\n`);
  return repo;
}

test('what is pushed is pulled, a directory and a file; twice is once', async () => {
  const repo = repository();
  const remote = await dvcRemote(repo, undefined, { outbound, cache: folder() });
  const files = new Map([
    ['train.parquet', write(join(folder(), 'x'), 'rows')],
    ['deep/holdout.parquet', write(join(folder(), 'x'), 'more rows')],
  ]);
  const { file } = await pushDvc(remote, repo, 'sets/data', files, ABOUT);
  await pushDvc(remote, repo, 'sets/data', files, ABOUT);
  expect(file).toBe(join(repo, 'sets/data.dvc'));
  expect(readFileSync(join(repo, 'sets/.gitignore'), 'utf8')).toBe('/data\n');
  const out = await findDvcOut(repo, 'sets/data');
  expect(out).toMatchObject({ size: 13, nfiles: 2, hash: 'md5' });
  const target = folder();
  expect(await pullDvc(remote, out, target)).toEqual({ files: 2 });
  expect(readFileSync(join(target, 'deep/holdout.parquet'), 'utf8')).toBe('more rows');

  await pushDvc(remote, repo, 'one.csv', write(join(folder(), 'x'), 'id,x\r\n1,2\r\n'), ABOUT);
  const one = await findDvcOut(repo, 'one.csv.dvc');
  expect(one).toMatchObject({ md5: '5eb73cb2ca23e46bcf400e2aa19928bb', size: 11 });
  await pullDvc(remote, one, join(target, 'one.csv'));
  expect(readFileSync(join(target, 'one.csv'), 'utf8')).toBe('id,x\r\n1,2\r\n');
});

test('what DVC 2 keeps lies elsewhere, and its text was hashed with the line ends of Unix', async () => {
  const store = folder();
  const repo = repository(store);
  const hash = md5('id,x\n1,2\n');
  write(join(store, hash.slice(0, 2), hash.slice(2)), 'id,x\r\n1,2\r\n');
  write(join(repo, 'dvc.lock'), `stages:\n  s:\n    outs:\n    - path: old.csv\n      md5: ${hash}\n`);
  const remote = await dvcRemote(repo, 'store', { outbound, cache: folder() });
  const target = join(folder(), 'old.csv');
  await pullDvc(remote, await findDvcOut(repo, 'old.csv'), target);
  expect(readFileSync(target, 'utf8')).toBe('id,x\r\n1,2\r\n');
});

test('a remote on S3', async () => {
  const s3 = await startS3();
  try {
    const repo = folder();
    write(
      join(repo, '.dvc/config'),
      `[core]\n remote = s\n['remote "s"']\n url = s3://${BUCKET}/dvc\n endpointurl = ${s3.origin}\n region = ${REGION}\n`,
    );
    write(
      join(repo, '.dvc/config.local'),
      `['remote "s"']\n access_key_id = ${KEY_ID}\n secret_access_key = ${SECRET}\n`,
    );
    const io = () => ({ outbound, cache: folder() });
    const files = new Map([['a', write(join(folder(), 'x'), 'rows')]]);
    await pushDvc(await dvcRemote(repo, undefined, io()), repo, 'data', files, ABOUT);
    expect([...s3.objects.keys()].sort()).toEqual(
      [
        `dvc/files/md5/${md5('rows').slice(0, 2)}/${md5('rows').slice(2)}`,
        expect.stringMatching(/^dvc\/files\/md5\/..\/.{30}\.dir$/),
      ].sort(),
    );
    const target = folder();
    await pullDvc(await dvcRemote(repo, undefined, io()), await findDvcOut(repo, 'data'), target);
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('rows');
  } finally {
    await s3.close();
  }
});

test('what was changed in the remote is not taken', async () => {
  const store = folder();
  const repo = repository(store);
  const remote = await dvcRemote(repo, undefined, { outbound, cache: folder() });
  await pushDvc(remote, repo, 'one', write(join(folder(), 'x'), 'rows'), ABOUT);
  writeFileSync(join(store, 'files/md5', md5('rows').slice(0, 2), md5('rows').slice(2)), 'spoilt');
  const target = join(folder(), 'one');
  await expect(pullDvc(remote, await findDvcOut(repo, 'one'), target)).rejects.toThrow(/another content/);
  expect(existsSync(target)).toBe(false);
});

test.each([
  ['no repository', () => folder(), undefined, /is no repository of DVC/],
  ['an unknown remote', () => repository(), 'x', /has no remote "x"; it has store/],
  ['another kind of remote', () => repository('gs://bucket/x'), undefined, /is at gs:\/\/; expected a folder or s3/],
])('says what is wrong: %s', async (_, repo, remote, message) => {
  await expect(dvcRemote(repo(), remote, { outbound, cache: folder() })).rejects.toMatchObject({
    ...{ code: 'dvc_unusable', detail: expect.stringMatching(message) },
  });
});

test('a .dvc file of somebody else is left alone', async () => {
  const repo = repository();
  write(join(repo, 'data.dvc'), `outs:\n- md5: ${md5('x')}\n  path: data\n`);
  const remote = await dvcRemote(repo, undefined, { outbound, cache: folder() });
  const file = write(join(folder(), 'x'), 'rows');
  await expect(pushDvc(remote, repo, 'data', file, ABOUT)).rejects.toThrow(/not one that Leeway has written/);
  await expect(findDvcOut(repo, 'nothing')).rejects.toThrow(/has neither nothing\.dvc nor a dvc\.lock/);
});

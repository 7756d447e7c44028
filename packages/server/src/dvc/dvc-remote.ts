import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { LeewayError, StorageConfig } from '@leeway/contract';
import type { Outbound } from '../platform/outbound.ts';
import { localStorage } from '../storage/local.ts';
import { s3Storage } from '../storage/s3.ts';
import type { FileStorage } from '../storage/storage.ts';

type Section = Record<string, string>;

/** The sections of a file such as .dvc/config: `core`, and `remote "NAME"` in quotes or without. */
export function readDvcConfig(text: string): Map<string, Section> {
  const sections = new Map<string, Section>();
  let current: Section = {};
  for (const line of text.split(/\r?\n/)) {
    const bare = line.trim();
    const header = /^\[(.*)\]$/.exec(bare);
    const option = /^([^=#;]+?)\s*=\s*(.*)$/.exec(bare);
    if (header) {
      const name = header[1]!.trim().replace(/^'(.*)'$/, '$1');
      current = sections.get(name) ?? {};
      sections.set(name, current);
    } else if (option) current[option[1]!] = option[2]!;
  }
  return sections;
}

/** A remote of a repository as a storage. What comes from S3 is kept in `cache`. */
export async function dvcRemote(
  repo: string,
  name: string | undefined,
  io: { outbound: Outbound; cache: string },
): Promise<FileStorage> {
  const folder = join(repo, '.dvc');
  const shared = await readFile(join(folder, 'config'), 'utf8').catch(() => {
    throw invalid(`${repo} is no repository of DVC: it has no .dvc/config`);
  });
  // What is private stands in a file that Git does not have; it goes before.
  const own = await readFile(join(folder, 'config.local'), 'utf8').catch(() => '');
  const sections = readDvcConfig(`${shared}\n${own}`);
  const wanted = name ?? sections.get('core')?.['remote'];
  if (wanted === undefined) throw invalid(`${repo} has no default remote; name one by retrain.data.dvc.remote`);
  const remote = sections.get(`remote "${wanted}"`);
  const { url } = remote ?? {};
  if (!remote || !url) {
    const known = [...sections.keys()].flatMap((key) => /^remote "(.*)"$/.exec(key)?.[1] ?? []);
    throw invalid(`${repo} has no remote "${wanted}"; it has ${known.join(', ') || 'none'}`);
  }
  if (remote['version_aware'] === 'true' || remote['worktree'] === 'true') {
    throw invalid(`the remote "${wanted}" keeps versions of its own (version_aware); expected one by hash`);
  }
  if (!/^[a-z0-9]+:\/\//i.test(url)) return localStorage(isAbsolute(url) ? url : resolve(folder, url));
  const s3 = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(url);
  if (!s3) throw invalid(`the remote "${wanted}" is at ${url.split(':')[0]}://; expected a folder or s3://`);
  const endpoint = remote['endpointurl'];
  const [accessKeyId, secretAccessKey] = [remote['access_key_id'], remote['secret_access_key']];
  const sessionToken = remote['session_token'];
  const given = {
    ...{ kind: 's3', bucket: s3[1], prefix: s3[2] },
    ...(remote['region'] && { region: remote['region'] }),
    ...(endpoint && { endpoint, pathStyle: true }),
    ...(accessKeyId && secretAccessKey && { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }),
  };
  const settings = StorageConfig.safeParse(given);
  if (!settings.success || settings.data.kind !== 's3') {
    throw invalid(`the remote "${wanted}": ${settings.error?.issues[0]?.message ?? 'no bucket'}`);
  }
  return s3Storage(settings.data, { ...io, cache: join(io.cache, s3[1]!) });
}

const invalid = (detail: string): LeewayError => new LeewayError('dvc_unusable', detail);

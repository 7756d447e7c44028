import { LeewayError } from '@leeway/contract';

const ANCHOR = '/api/2.0/mlflow-artifacts/artifacts/';

/**
 * The path by which the tracking server serves a URI of artifacts; null where it lies elsewhere, such as at s3:, of which only
 * the owner has the credentials.
 */
export function proxiedPath(uri: string, base: string): string | null {
  if (uri.startsWith('mlflow-artifacts:')) {
    // mlflow-artifacts:/1/abc or mlflow-artifacts://host/1/abc; another host would be another server.
    const rest = uri.slice('mlflow-artifacts:'.length);
    const host = /^\/\/([^/]*)/.exec(rest)?.[1] ?? '';
    if (host !== '' && host !== new URL(base).host) return null;
    return clean(rest.replace(/^\/\/[^/]*/, ''));
  }
  if (uri.startsWith(`${base}${ANCHOR}`)) return clean(uri.slice(base.length + ANCHOR.length));
  return null;
}

const clean = (path: string): string => safe(path.replace(/^\/+|\/+$/g, ''));

/** A path that cannot lead out of where it is put. @throws LeewayError */
export function safe(path: string): string {
  const names = path.split('/');
  const bad = (name: string) =>
    name === '' || name === '.' || name === '..' || name.includes('\\') || name.includes('\0');
  if (names.some(bad)) throw new LeewayError('mlflow_failed', `it names a file that leads elsewhere: ${path}`);
  return path;
}

interface Entry {
  path: string;
  is_dir: boolean;
  file_size?: number;
}

const MOST_FILES = 1_000;

/** Every file of a tree that is listed folder by folder; names are as the server gives them, relative to the folder. */
export async function filesUnder(
  list: (folder: string) => Promise<readonly Entry[]>,
): Promise<{ path: string; bytes: number }[]> {
  const files: { path: string; bytes: number }[] = [];
  const folders = [''];
  let seen = 0;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const { path, is_dir: isFolder, file_size: bytes } of await list(folder)) {
      const full = safe(folder === '' ? path : `${folder}/${path}`);
      if (isFolder) folders.push(full);
      else files.push({ path: full, bytes: Number(bytes ?? 0) });
      // Folders count too: a server could name ever deeper ones.
      seen += 1;
      if (seen > MOST_FILES) throw new LeewayError('mlflow_failed', `it has more than ${MOST_FILES} files`);
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

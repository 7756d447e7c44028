import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { createGunzip } from 'node:zlib';
import { LeewayError } from '@leeway/contract';

export type FileFormat = 'csv' | 'tsv' | 'jsonl' | 'parquet' | 'arrow' | 'arrow_stream';

export interface FileProbe {
  path: string;
  format: FileFormat;
  gzip: boolean;
  /** Of CSV: the character between two values. */
  delimiter: string;
  bytes: number;
}

const BY_EXTENSION: Record<string, FileFormat> = {
  '.csv': 'csv',
  '.txt': 'csv',
  '.tsv': 'tsv',
  '.json': 'jsonl',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.parquet': 'parquet',
  '.pq': 'parquet',
  '.arrow': 'arrow',
  '.feather': 'arrow',
  '.ipc': 'arrow',
};

const HEAD = 64 * 1024;

/** Finds out what a file is: by its first bytes where they tell, by its name otherwise. */
export async function probeFile(path: string): Promise<FileProbe> {
  const bytes = await sizeOf(path);
  if (bytes === 0) throw new LeewayError('file_unreadable', `${path} is empty`);
  const raw = await firstBytes(path);
  const gzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const head = gzip ? await firstInflated(path) : raw;
  if (head.length === 0) throw new LeewayError('file_unreadable', `${path} is empty`);
  const format = formatOf(path, head);
  const firstLine = head.toString('utf8').split('\n', 1)[0] ?? '';
  return { path, format, gzip, delimiter: format === 'csv' ? delimiterOf(firstLine) : '\t', bytes };
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isFile()) return found.size;
    throw new LeewayError('file_unreadable', `${path} is ${found.isDirectory() ? 'a folder' : 'no regular file'}`);
  } catch (error) {
    if (error instanceof LeewayError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : String(error);
    throw new LeewayError('file_unreadable', `${path}: ${why}`, { cause: error });
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new LeewayError('file_unreadable', `${path}: ${error.code ?? error.message}`, { cause: error });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function firstInflated(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const source = createReadStream(path);
  try {
    for await (const chunk of source.pipe(createGunzip()) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= HEAD) break;
    }
  } catch (error) {
    throw new LeewayError('file_unreadable', `${path} is not a whole gzip file: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks);
}

function formatOf(path: string, head: Buffer): FileFormat {
  const magic = head.toString('latin1', 0, 6);
  if (magic.startsWith('PAR1')) return 'parquet';
  if (magic === 'ARROW1') return 'arrow';
  if (magic.startsWith('\xff\xff\xff\xff')) return 'arrow_stream';
  const name = basename(path).toLowerCase().replace(/\.gz$/, '');
  const byName = BY_EXTENSION[extname(name)];
  if (byName === 'parquet' || byName === 'arrow') {
    const wanted = byName === 'parquet' ? 'PAR1' : 'ARROW1';
    throw new LeewayError(
      'file_unreadable',
      `${path} is named like ${byName === 'parquet' ? 'Parquet' : 'Arrow'} but does not begin with "${wanted}"`,
    );
  }
  if (byName) return byName;
  if (head.includes(0)) {
    throw new LeewayError('file_unreadable', `${path} is binary and neither Parquet nor Arrow`);
  }
  return /^\s*[[{]/.test(head.toString('utf8', 0, 64)) ? 'jsonl' : 'csv';
}

/** A comma, unless the header has none and another usual one instead. */
function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  if (bare.includes(',')) return ',';
  return [';', '\t', '|'].find((delimiter) => bare.includes(delimiter)) ?? ',';
}

import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LeewayError } from '@leeway/contract';
import { type Params, Warehouse } from '../warehouse/warehouse.ts';
import type { FileFormat, FileProbe } from './probe-file.ts';

const ENGINE_FORMAT: Record<FileFormat, string> = {
  csv: 'CSVWithNames',
  tsv: 'TSVWithNames',
  jsonl: 'JSONEachRow',
  parquet: 'Parquet',
  arrow: 'Arrow',
  arrow_stream: 'ArrowStream',
};

/** A file under a name of our own: what the user called it never stands in SQL. */
export interface EngineFile extends FileProbe {
  link: string;
}

/** One embedded engine in a folder that is gone afterwards. */
export class Engine {
  readonly warehouse: Warehouse;
  /** What stands in here is gone when the engine is closed. */
  readonly folder: string;
  readonly #files: EngineFile[] = [];
  /** Nothing is left behind when the user has had enough. */
  readonly #interrupted = (signal: NodeJS.Signals) => {
    rmSync(this.folder, { recursive: true, force: true });
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };

  private constructor(warehouse: Warehouse, folder: string) {
    this.warehouse = warehouse;
    this.folder = folder;
    process.once('SIGINT', this.#interrupted).once('SIGTERM', this.#interrupted);
  }

  static async open(): Promise<Engine> {
    const folder = await mkdtemp(join(tmpdir(), 'leeway-check-'));
    try {
      await mkdir(join(folder, 'files'));
      return new Engine(await Warehouse.scratch(join(folder, 'engine')), folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    process.off('SIGINT', this.#interrupted).off('SIGTERM', this.#interrupted);
    await this.warehouse.close().finally(() => rm(this.folder, { recursive: true, force: true }));
  }

  async add(probe: FileProbe): Promise<EngineFile> {
    const link = join(this.folder, 'files', `${this.#files.length}`);
    await symlink(resolve(probe.path), link);
    const file = { ...probe, link };
    this.#files.push(file);
    return file;
  }

  /** Rows of a query over files; what goes wrong while reading one is said of the file as the user named it. */
  async query<T>(sql: string, params: Params = {}): Promise<T[]> {
    return this.#reading(() => this.warehouse.query<T>(sql, params, 'check'));
  }

  async command(sql: string): Promise<void> {
    await this.#reading(() => this.warehouse.command(sql, {}, 'check'));
  }

  async #reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const file = this.#files.find(({ link }) => message.includes(link));
      if (!file || error instanceof LeewayError) throw error;
      throw new LeewayError('file_unreadable', `${file.path}: ${tidy(message, file)}`, { cause: error });
    }
  }
}

/** The engine's words without its own addresses: what is wrong, and the line of it where the engine knows. */
function tidy(message: string, { link, path, format }: EngineFile): string {
  const [first = '', ...rest] = message.replaceAll(link, path).split('\n');
  const why = rest.find((line) => line.startsWith('ERROR: '))?.slice('ERROR: '.length);
  const text = [first, why ?? '']
    .map((line) => line.replace(/\s*:?\s*(\(?in file\/uri |While executing ).*$/, '').replace(/[\s:;.]+$/, ''))
    .filter((line) => line !== '')
    .join('; ');
  const header = format === 'csv' || format === 'tsv' ? ' (rows are counted after the header)' : '';
  return text.includes('row ') ? `${text}${header}` : text;
}

/** SQL of a file's rows. `structure` gives names and types where they are not the file's own. */
export function fileRows({ link, format, gzip }: EngineFile, structure?: string): string {
  const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return `file(${[link, ENGINE_FORMAT[format], structure ?? 'auto', gzip ? 'gzip' : 'none'].map(text).join(', ')})`;
}

/** How files are read; it stands at the end of every statement that reads one. */
export function readSettings({ format, delimiter }: EngineFile): string {
  const settings = [
    'input_format_json_read_numbers_as_strings = 1',
    'input_format_json_read_bools_as_strings = 1',
    'input_format_json_read_objects_as_strings = 1',
    'input_format_json_read_arrays_as_strings = 1',
    'input_format_csv_empty_as_default = 0',
    'input_format_defaults_for_omitted_fields = 0',
    // A gap is to be a gap, and not a 0.
    'input_format_null_as_default = 0',
  ];
  if (format === 'csv' && delimiter !== ',') settings.push(`format_csv_delimiter = '${delimiter}'`);
  return `SETTINGS ${settings.join(', ')}`;
}

import type { StorageConfig } from '@leeway/contract';
import type { Outbound } from '../platform/outbound.ts';
import { localStorage } from './local.ts';
import { s3Storage } from './s3.ts';
import type { FileStorage } from './storage.ts';

export type { FileStorage } from './storage.ts';

/** The storage of a configuration. What is local lies in `dataDir`, and what comes from a bucket is kept there too. */
export function openStorage(config: StorageConfig, dataDir: string, outbound: Outbound): FileStorage {
  if (config.kind === 'local') return localStorage(dataDir);
  const { kind: _, ...settings } = config;
  return s3Storage(settings, { outbound, cache: dataDir });
}

/** What a context gives that has a storage of its own; without one, files lie in its folder. */
export interface WithStorage {
  readonly dataDir: string;
  readonly storage?: FileStorage;
}

export const storageOf = ({ dataDir, storage }: WithStorage): FileStorage => storage ?? localStorage(dataDir);

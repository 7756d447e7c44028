import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LeewayError } from '@leeway/contract';
import Database from 'libsql';

/**
 * Holds a data directory for this process: two servers on one directory would harm each other. It is a lock of the operating
 * system on a small SQLite file, so it ends with the process, however that ends.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const database = new Database(join(directory, 'lock.db'), { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!/locked|busy/i.test(String(error))) throw error;
    throw new LeewayError('data_in_use', directory, { cause: error });
  }
  return () => database.close();
}

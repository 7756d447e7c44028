import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the name of a file ends in that is not whole yet. */
export const PARTIAL = '.partial';

/** Copies a file to a place, whole or not at all, and durable when it returns. */
export async function keepFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const partial = `${to}.${randomUUID()}${PARTIAL}`;
  try {
    // Shares the blocks where the file system can.
    await copyFile(from, partial, constants.COPYFILE_FICLONE);
    await publish(partial, to);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Gives a whole file its name; durable when it returns. */
export async function publish(partial: string, to: string): Promise<void> {
  await sync(partial, 'r+');
  await rename(partial, to);
  await sync(dirname(to), 'r');
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  await handle.sync().finally(() => handle.close());
}

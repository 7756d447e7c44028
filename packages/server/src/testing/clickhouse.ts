import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill, nextMessage, spawnProgram } from './spawn.ts';

export interface Counts {
  requests: number;
  compressed: number;
  multipart: number;
  longestUri: number;
}

export interface ClickHouse {
  /** Address with user, password and database. */
  url: string;
  /** From now on, statements that match fail with this error; none do with null. */
  fail(failure: { code: number; message: string; matching: string } | null): Promise<void>;
  counts(): Promise<Counts>;
  stop(): Promise<void>;
}

/** Starts the served warehouse of the tests: ClickHouse's HTTP interface before chDB, in a process of its own. */
export async function startClickHouse(): Promise<ClickHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-clickhouse-'));
  const child = await spawnProgram('clickhouse.mjs', [folder]);
  const { url } = await nextMessage<{ url: string }>(child);
  const tell = async (message: object): Promise<Counts> => {
    const answer = nextMessage<{ counts: Counts }>(child);
    child.send(message);
    return (await answer).counts;
  };
  return {
    url,
    fail: async (failure) => void (await tell({ fail: failure })),
    counts: () => tell({}),
    async stop() {
      await kill(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

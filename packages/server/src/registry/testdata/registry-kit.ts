import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '@leeway/contract';
import { pino } from 'pino';
import { Audit } from '../../audit/audit.ts';
import type { Context } from '../../context.ts';
import { Events } from '../../events/events.ts';
import { Jobs } from '../../jobs/jobs.ts';
import { ManualClock } from '../../platform/clock.ts';
import { createOutbound } from '../../platform/outbound.ts';
import { type OpenStore, openStore } from '../../store/open.ts';
import { REGRESSION, START } from '../../testing/models.ts';
import type { StoreForm } from '../../testing/stores.ts';
import { storeArtifact } from '../artifacts.ts';
import { changedInTx } from '../mlflow/wanted.ts';
import { type NewVersion, registerVersion } from '../versions.ts';

export const MODEL = REGRESSION.name;

/** A registry on a store of its own, without the rest of the server. */
export interface RegistryKit {
  ctx: Context & { outbound: ReturnType<typeof createOutbound> };
  clock: ManualClock;
  store: OpenStore;
  /** Other connections to the same store, as of another replica; on SQLite the same one. */
  second(): Promise<OpenStore>;
  configure(registry: object): void;
  /** Registers a version with a file of this content. */
  version(content?: string, over?: Partial<NewVersion>): Promise<string>;
  /** Path of a file with this content. */
  file(content: string, name?: string): string;
  close(): Promise<void>;
}

export async function openRegistryKit(form: StoreForm): Promise<RegistryKit> {
  const empty = await form.make();
  const store = await openStore(empty.location);
  const others: OpenStore[] = [];
  const clock = new ManualClock(START);
  const dataDir = mkdtempSync(join(tmpdir(), 'leeway-registry-'));
  const log = pino({ level: 'silent' });
  const configOf = (registry: object) =>
    Config.parse({
      apiVersion: 'leeway/v1',
      server: { allowPrivateNetworks: ['127.0.0.0/8'] },
      registry,
      models: [REGRESSION],
    });
  let config = configOf({});
  let files = 0;
  let ids = 0;
  const ctx = {
    ...{ store, clock, dataDir, log, audit: new Audit(clock), events: new Events(clock) },
    jobs: new Jobs({ store, clock, log }),
    newId: (prefix: string) => `${prefix}_${++ids}`,
    publicUrl: () => 'https://leeway.example.org',
    config: () => config,
    outbound: createOutbound({ allow: () => config.server.allowPrivateNetworks }),
  } as unknown as RegistryKit['ctx'];
  const kit: RegistryKit = {
    ...{ ctx, clock, store },
    async second() {
      if (store.dialect === 'sqlite') return store;
      const other = await openStore(empty.location);
      others.push(other);
      return other;
    },
    configure(registry) {
      config = configOf(registry);
    },
    file(content, name = `file-${++files}`) {
      const path = join(dataDir, name);
      writeFileSync(path, content);
      return path;
    },
    async version(content = `model ${files}`, over = {}) {
      const artifact = { ...(await storeArtifact(ctx, kit.file(content))), format: 'external' };
      return store.db.transaction().execute(async (tx) => {
        const version = await registerVersion(tx, {
          ...{ model: MODEL, createdAt: clock.now(), createdBy: 'ann', run: null, parent: null, dataset: null },
          ...{ metrics: {}, params: {}, artifact },
          ...over,
        });
        await changedInTx(ctx, tx, over.model ?? MODEL);
        return version;
      });
    },
    async close() {
      for (const other of others) await other.close();
      await store.close();
      await empty.remove();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return kit;
}

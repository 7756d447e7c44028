import type { Config, ModelConfig } from '@leeway/contract';
import { LeewayError } from '@leeway/contract';
import type { Audit } from './audit/audit.ts';
import type { Events } from './events/events.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { Clock } from './platform/clock.ts';
import type { NewId } from './platform/ids.ts';
import type { Logger } from './platform/log.ts';
import type { FileStorage } from './storage/index.ts';
import type { OpenStore } from './store/open.ts';
import type { Warehouse } from './warehouse/warehouse.ts';

/** What every use case is given. Time, ids and chance come from here, so that a test can hold them still. */
export interface Context {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  readonly store: OpenStore;
  readonly warehouse: Warehouse;
  readonly jobs: Jobs;
  readonly events: Events;
  readonly audit: Audit;
  /** Folder of the embedded stores, artifacts and datasets. */
  readonly dataDir: string;
  /** Where artifacts and datasets are kept. Default: in `dataDir`. */
  readonly storage?: FileStorage;
  /** Address that links in messages point to. */
  publicUrl(): string;
  /** The configuration in force. */
  config(): Config;
}

/** The model of that name, or the error that says there is none. */
export function modelOf(ctx: Pick<Context, 'config'>, name: string): ModelConfig {
  const models = ctx.config().models;
  const model = models.find((candidate) => candidate.name === name);
  if (model) return model;
  const known = models.length === 0 ? 'none is declared' : `declared are ${models.map((m) => m.name).join(', ')}`;
  throw new LeewayError('unknown_model', `"${name}"; ${known}`);
}

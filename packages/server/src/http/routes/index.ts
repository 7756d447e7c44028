import type { RoutePlugin } from '../server.ts';
import { accessRoutes } from './access.ts';
import { alertRoutes } from './alerts.ts';
import { configRoutes } from './config.ts';
import { eventRoutes } from './events.ts';
import { ingestRoutes } from './ingest.ts';
import { modelRoutes } from './models.ts';
import { runRoutes } from './runs.ts';
import { silenceRoutes } from './silences.ts';
import { statusRoutes } from './status.ts';
import { versionRoutes } from './versions.ts';

/** Every route of the API, in the order of the reference. */
export const ROUTES: readonly RoutePlugin[] = [
  ingestRoutes,
  modelRoutes,
  alertRoutes,
  silenceRoutes,
  runRoutes,
  versionRoutes,
  configRoutes,
  eventRoutes,
  accessRoutes,
  statusRoutes,
];

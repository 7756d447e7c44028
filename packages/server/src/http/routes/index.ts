import type { RoutePlugin } from '../server.ts';
import { accessRoutes } from './access.ts';
import { alertRoutes } from './alerts.ts';
import { backtestRoutes } from './backtest.ts';
import { channelRoutes } from './channels.ts';
import { configRoutes } from './config.ts';
import { eventRoutes } from './events.ts';
import { feedbackRoutes } from './feedback.ts';
import { ingestRoutes } from './ingest.ts';
import { modelRoutes } from './models.ts';
import { runRoutes } from './runs.ts';
import { silenceRoutes } from './silences.ts';
import { statusRoutes } from './status.ts';
import { versionRoutes } from './versions.ts';

/** Every route of the API, in the order of the reference. */
export const ROUTES: readonly RoutePlugin[] = [
  ingestRoutes,
  feedbackRoutes,
  modelRoutes,
  alertRoutes,
  silenceRoutes,
  channelRoutes,
  backtestRoutes,
  runRoutes,
  versionRoutes,
  configRoutes,
  eventRoutes,
  accessRoutes,
  statusRoutes,
];

import type { RoutePlugin } from '../server.ts';
import { accessRoutes } from './access.ts';
import { actionRoutes } from './actions.ts';
import { alertRoutes } from './alerts.ts';
import { backtestRoutes } from './backtest.ts';
import { channelRoutes } from './channels.ts';
import { configRoutes } from './config.ts';
import { eventRoutes } from './events.ts';
import { feedbackRoutes } from './feedback.ts';
import { ingestRoutes } from './ingest.ts';
import { kpiRoutes } from './kpis.ts';
import { modelRoutes } from './models.ts';
import { previewRoutes } from './previews.ts';
import { reviewRoutes } from './review.ts';
import { runRoutes } from './runs.ts';
import { silenceRoutes } from './silences.ts';
import { statusRoutes } from './status.ts';
import { versionRoutes } from './versions.ts';

/** Every route of the API, in the order of the reference. */
export const ROUTES: readonly RoutePlugin[] = [
  ingestRoutes,
  feedbackRoutes,
  kpiRoutes,
  modelRoutes,
  alertRoutes,
  silenceRoutes,
  actionRoutes,
  reviewRoutes,
  channelRoutes,
  previewRoutes,
  backtestRoutes,
  runRoutes,
  versionRoutes,
  configRoutes,
  eventRoutes,
  accessRoutes,
  statusRoutes,
];

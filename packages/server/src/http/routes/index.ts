import type { RoutePlugin } from '../server.ts';
import { accessRoutes } from './access.ts';
import { actionRoutes } from './actions.ts';
import { alertRoutes } from './alerts.ts';
import { aliasRoutes } from './aliases.ts';
import { artifactRoutes } from './artifacts.ts';
import { backtestRoutes } from './backtest.ts';
import { cardRoutes } from './cards.ts';
import { channelRoutes } from './channels.ts';
import { configRoutes } from './config.ts';
import { datasetRoutes } from './datasets.ts';
import { evaluationRoutes } from './evaluations.ts';
import { eventRoutes } from './events.ts';
import { explanationRoutes } from './explanations.ts';
import { feedbackRoutes } from './feedback.ts';
import { hookRoutes } from './hooks.ts';
import { ingestRoutes } from './ingest.ts';
import { kpiRoutes } from './kpis.ts';
import { modelRoutes } from './models.ts';
import { previewRoutes } from './previews.ts';
import { reviewRoutes } from './review.ts';
import { runRoutes } from './runs.ts';
import { silenceRoutes } from './silences.ts';
import { statusRoutes } from './status.ts';
import { trainingRoutes } from './training.ts';
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
  evaluationRoutes,
  trainingRoutes,
  datasetRoutes,
  versionRoutes,
  cardRoutes,
  explanationRoutes,
  aliasRoutes,
  artifactRoutes,
  hookRoutes,
  configRoutes,
  eventRoutes,
  accessRoutes,
  statusRoutes,
];

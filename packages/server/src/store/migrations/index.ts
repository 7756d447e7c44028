import type { Migration } from 'kysely';
import { initial } from './0001-initial.ts';
import { detectorStreams } from './0002-detector-streams.ts';
import { alertReview } from './0003-alert-review.ts';
import { notificationLog } from './0005-notification-log.ts';
import { mutings } from './0006-mutings.ts';
import { onCall } from './0007-on-call.ts';
import { review } from './0008-review.ts';
import { delivery } from './0009-delivery.ts';
import { actions } from './0011-actions.ts';
import { executions } from './0012-executions.ts';
import { retrainPolicy } from './0013-retrain-policy.ts';
import { datasets } from './0014-datasets.ts';
import { evaluations } from './0015-evaluations.ts';
import { registry } from './0016-registry.ts';
import { cards } from './0017-cards.ts';
import { createTables, type Dialect } from './create-tables.ts';

/** The store's migrations, in order; a landed one is never changed. */
export const migrations = (dialect: Dialect): Record<string, Migration> => ({
  '0001_initial': createTables(dialect, initial),
  '0002_detector_streams': createTables(dialect, detectorStreams),
  '0003_alert_review': alertReview,
  '0005_notification_log': createTables(dialect, notificationLog),
  '0006_mutings': mutings,
  '0007_on_call': createTables(dialect, onCall),
  '0008_review': createTables(dialect, review),
  '0009_delivery': delivery(dialect),
  '0011_actions': createTables(dialect, actions),
  '0012_executions': executions(dialect),
  '0013_retrain_policy': retrainPolicy(dialect),
  '0014_datasets': createTables(dialect, datasets),
  '0015_evaluations': createTables(dialect, evaluations),
  '0016_registry': registry(dialect),
  '0017_cards': createTables(dialect, cards),
});

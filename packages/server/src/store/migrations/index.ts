import type { Migration } from 'kysely';
import { initial } from './0001-initial.ts';
import { detectorStreams } from './0002-detector-streams.ts';
import { alertReview } from './0003-alert-review.ts';
import { createTables, type Dialect } from './create-tables.ts';

/** The store's migrations, in order; a landed one is never changed. */
export const migrations = (dialect: Dialect): Record<string, Migration> => ({
  '0001_initial': createTables(dialect, initial),
  '0002_detector_streams': createTables(dialect, detectorStreams),
  '0003_alert_review': alertReview,
});

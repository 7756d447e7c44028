import type { Check } from '../check.ts';
import { contents } from './contents.ts';
import { drift } from './drift.ts';
import { estimate, estimateRecord } from './estimate.ts';
import { fairness } from './fairness.ts';
import { feedback } from './feedback.ts';
import { kpis } from './kpis.ts';
import { multivariate } from './multivariate.ts';
import { performance } from './performance.ts';
import { quality } from './quality.ts';
import { service } from './service.ts';
import { slices } from './slices.ts';

/** Every check that there is. */
export const CHECKS: readonly Check[] = [
  quality,
  drift,
  contents,
  service,
  performance,
  fairness,
  slices,
  estimate,
  estimateRecord,
  multivariate,
  feedback,
  kpis,
];

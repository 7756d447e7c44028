import type { Check } from '../check.ts';
import { drift } from './drift.ts';
import { performance } from './performance.ts';
import { quality } from './quality.ts';
import { service } from './service.ts';

/** Every check that there is. */
export const CHECKS: readonly Check[] = [quality, drift, service, performance];

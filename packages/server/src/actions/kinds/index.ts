import type { ActionKind } from '../kind.ts';
import { command } from './command.ts';
import { fallback } from './fallback.ts';
import { retrain } from './retrain.ts';
import { rollback } from './rollback.ts';
import { scale } from './scale.ts';
import { webhook } from './webhook.ts';

/** Every kind of action there is. */
export const ACTIONS: readonly ActionKind[] = [retrain, rollback, fallback, scale, command, webhook];

import type { Alert } from '@leeway/contract';
import type { Context } from '../context.ts';
import type { StoreTx } from '../store/open.ts';

/** What alerting uses of the server. */
export type AlertingContext = Pick<
  Context,
  'clock' | 'newId' | 'log' | 'store' | 'jobs' | 'events' | 'audit' | 'config' | 'publicUrl'
>;

/** Called in the transaction in which an alert begins to fire: what it writes commits with the alert. */
export type AlertFiringHook = (tx: StoreTx, alert: Alert) => Promise<void>;

import { LeewayError } from '@leeway/contract';
import { attempt, type DeliverOptions, defineDeliver } from '../notify/deliver.ts';
import { CHANNELS, type Channel, type Outcome } from '../notify/index.ts';
import { testMessage } from '../notify/message.ts';
import { createOutbound, type Outbound } from '../platform/outbound.ts';
import type { StoreTx } from '../store/open.ts';
import type { AlertFiringHook, AlertingContext } from './context.ts';
import { defineFlushGroup } from './jobs/flush-group.ts';
import { acknowledge } from './verbs/acknowledge.ts';
import { reconcileRules } from './verbs/end-unwanted.ts';
import { type EvaluateInput, evaluateRules } from './verbs/evaluate-rules.ts';
import { type AlertFilter, getAlert, listAlerts, listDeliveries } from './verbs/list-alerts.ts';
import { createSilence, expireSilence, listSilences, type NewSilence } from './verbs/silences.ts';

export type { AlertFiringHook, AlertingContext } from './context.ts';
export type { EvaluateInput } from './verbs/evaluate-rules.ts';
export type { AlertFilter } from './verbs/list-alerts.ts';
export type { NewSilence } from './verbs/silences.ts';

export interface AlertingOptions {
  /** Kinds of channels; those of the registry by default. */
  channels?: readonly Channel[];
  /** The way out; one that heeds server.allowPrivateNetworks by default. */
  outbound?: Outbound;
  /** Where the console channel writes; standard error by default. */
  write?: (text: string) => void;
  /** 0 to 1, for the spread of retries. */
  random?: () => number;
}

export type Alerting = ReturnType<typeof registerAlerting>;

/** Alerting and notification: defines their jobs and gives their verbs. Once per process, before the jobs start. */
export function registerAlerting(ctx: AlertingContext, options: AlertingOptions = {}) {
  const hooks: AlertFiringHook[] = [];
  const delivering: DeliverOptions = {
    channels: options.channels ?? CHANNELS,
    outbound: options.outbound ?? createOutbound({ allow: () => ctx.config().server.allowPrivateNetworks }),
    write: options.write ?? ((text) => process.stderr.write(text)),
    random: options.random ?? Math.random,
  };
  defineFlushGroup(ctx);
  defineDeliver(ctx, delivering);

  return {
    evaluateRules: (input: EvaluateInput) => evaluateRules(ctx, hooks, input),
    onAlertFiring: (hook: AlertFiringHook): void => void hooks.push(hook),
    /** To be called in the transaction that applies a configuration. */
    reconcileRules: (tx: StoreTx) => reconcileRules(ctx, tx),
    acknowledge: (input: { id: string; actor: string; note?: string }) => acknowledge(ctx, input),
    createSilence: (input: NewSilence) => createSilence(ctx, input),
    expireSilence: (input: { id: string; actor: string }) => expireSilence(ctx, input),
    listSilences: (filter?: Parameters<typeof listSilences>[1]) => listSilences(ctx, filter),
    listAlerts: (filter?: AlertFilter) => listAlerts(ctx, filter),
    getAlert: (id: string) => getAlert(ctx, id),
    listDeliveries: (filter?: Parameters<typeof listDeliveries>[1]) => listDeliveries(ctx, filter),
    /** Sends a test message the way that alerts go, once, and tells how it went. */
    async testChannel(name: string): Promise<Outcome> {
      const config = ctx.config().channels.find((channel) => channel.name === name);
      if (!config) throw new LeewayError('not_found', `the configuration has no channel "${name}"`);
      const message = testMessage(name, ctx.publicUrl(), ctx.clock.now());
      return attempt(ctx, delivering, config, message, ctx.newId('test'), new AbortController().signal);
    },
  };
}

import { approveDelivery } from '../notify/approval.ts';
import { type DeliverOptions, defineDeliver } from '../notify/deliver.ts';
import { enableChannel, listChannels } from '../notify/health.ts';
import { CHANNELS, type Channel } from '../notify/index.ts';
import { retryDeliveries } from '../notify/outbox.ts';
import { testChannel } from '../notify/test-channel.ts';
import { createOutbound, type Outbound } from '../platform/outbound.ts';
import type { StoreTx } from '../store/open.ts';
import type { AlertFiringHook, AlertingContext } from './context.ts';
import { explainAlert } from './explain/read-facts.ts';
import { openGraces } from './grace.ts';
import { wakeHeldGroups } from './groups.ts';
import { defineFlushGroup } from './jobs/flush-group.ts';
import { defineSettleAlerts } from './jobs/settle-alerts.ts';
import { defineSilenceTurn } from './jobs/silence-turn.ts';
import { followLink, type LinkChoice, readLink } from './links.ts';
import { defineWatchAlerting } from './meta/watch-alerting.ts';
import { type Note, noteOnAlert } from './note.ts';
import { definePruneLog } from './notification-log.ts';
import { type Assignment, assign, comment } from './oncall/assign.ts';
import { defineEscalate, startEscalations } from './oncall/escalations.ts';
import { type Judging, judge } from './review/judge.ts';
import { type ReviewSpan, reviewOfAlerts, reviewOfRules } from './review/review.ts';
import { toDelivery } from './rows.ts';
import { type Acknowledgement, acknowledge, defineAcknowledgementEnds, unacknowledge } from './verbs/acknowledge.ts';
import { reconcileRules } from './verbs/end-unwanted.ts';
import { type EvaluateInput, evaluateRules } from './verbs/evaluate-rules.ts';
import { type AlertFilter, getAlert, listAlerts, listDeliveries, pageAlerts } from './verbs/list-alerts.ts';
import { type DeliveryFilter, getDelivery, pageDeliveries } from './verbs/page-deliveries.ts';
import { type PreviewInput, previewMessage } from './verbs/preview-message.ts';
import { changeSilence, createSilence, expireSilence, listSilences, type NewSilence } from './verbs/silences.ts';

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
  /** Draws the first alert of a message; no pictures by default. */
  chart?: DeliverOptions['chart'];
}

export type Alerting = ReturnType<typeof registerAlerting>;

/** Alerting and notification: defines their jobs and gives their verbs. Once per process, before the jobs start. */
export function registerAlerting(ctx: AlertingContext, options: AlertingOptions = {}) {
  const hooks: AlertFiringHook[] = [(tx, alert) => startEscalations(ctx, tx, alert, { again: true })];
  const delivering: DeliverOptions = {
    channels: options.channels ?? CHANNELS,
    outbound: options.outbound ?? createOutbound({ allow: () => ctx.config().server.allowPrivateNetworks }),
    write: options.write ?? ((text) => process.stderr.write(text)),
    random: options.random ?? Math.random,
    ...(options.chart && { chart: options.chart }),
  };
  defineFlushGroup(ctx);
  defineSettleAlerts(ctx);
  defineSilenceTurn(ctx);
  definePruneLog(ctx);
  defineEscalate(ctx);
  defineAcknowledgementEnds(ctx);
  defineDeliver(ctx, delivering);
  const watchAlerting = defineWatchAlerting(ctx, delivering.outbound);

  return {
    evaluateRules: (input: EvaluateInput) => evaluateRules(ctx, hooks, input),
    onAlertFiring: (hook: AlertFiringHook): void => void hooks.push(hook),
    /** Begins what looks after alerting itself; in the transaction that applies a configuration. */
    schedule: watchAlerting,
    /** To be called in the transaction that applies a configuration. */
    reconcileRules: async (tx: StoreTx) => {
      await reconcileRules(ctx, tx);
      await openGraces(ctx, tx);
      await wakeHeldGroups(ctx, tx);
    },
    acknowledge: (input: Acknowledgement) => acknowledge(ctx, input),
    unacknowledge: (input: { id: string; actor: string; note?: string }) => unacknowledge(ctx, input),
    assign: (input: Assignment) => assign(ctx, input),
    comment: (input: { id: string; actor: string; text: string }) => comment(ctx, input),
    judge: (input: Judging) => judge(ctx, input),
    readLink: (token: string) => readLink(ctx, token),
    followLink: (token: string, choice?: LinkChoice) => followLink(ctx, token, choice),
    reviewRules: (span: ReviewSpan) => reviewOfRules(ctx, span),
    reviewAlerts: (span: ReviewSpan) => reviewOfAlerts(ctx, span),
    explain: (id: string, channel?: string) => explainAlert(ctx, id, channel),
    createSilence: (input: NewSilence) => createSilence(ctx, input),
    changeSilence: (input: { id: string; endsAt: number; actor: string }) => changeSilence(ctx, input),
    expireSilence: (input: { id: string; actor: string }) => expireSilence(ctx, input),
    listSilences: (filter?: Parameters<typeof listSilences>[1]) => listSilences(ctx, filter),
    listAlerts: (filter?: AlertFilter) => listAlerts(ctx, filter),
    pageAlerts: (filter?: AlertFilter) => pageAlerts(ctx, filter),
    getAlert: (id: string) => getAlert(ctx, id),
    listDeliveries: (filter?: Parameters<typeof listDeliveries>[1]) => listDeliveries(ctx, filter),
    pageDeliveries: (filter?: DeliveryFilter) => pageDeliveries(ctx, filter),
    getDelivery: (id: string) => getDelivery(ctx, id),
    retryDeliveries: (input: Parameters<typeof retryDeliveries>[1]) => retryDeliveries(ctx, input),
    approveDelivery: (input: { id: string; actor: string }) => approveDelivery(ctx, input),
    note: (tx: StoreTx, note: Note) => noteOnAlert(ctx, tx, note),
    listChannels: () => listChannels(ctx),
    previewMessage: (input: PreviewInput) => previewMessage(ctx, delivering.channels, input),
    enableChannel: (input: { name: string; actor: string }) => enableChannel(ctx, input),
    /** Sends a test message the way that alerts go, and tells how it went. */
    testChannel: async (input: { name: string; actor: string }) => toDelivery(await testChannel(ctx, input)),
  };
}

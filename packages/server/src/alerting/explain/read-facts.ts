import type { AlertExplanation } from '@leeway/contract';
import { decode, decodeOrNull } from '../../store/json.ts';
import type { AlertingContext } from '../context.ts';
import type { EscalationPolicy } from '../decide/escalate.ts';
import { matchRoutes, resolveRoutes } from '../decide/match-route.ts';
import type { Told } from '../oncall/find-targets.ts';
import { getAlert } from '../verbs/list-alerts.ts';
import { type ExplainFacts, explain, type LoggedDecision } from './explain.ts';
import { traceRoutes } from './trace-routes.ts';

/** Decisions that are looked back on, of all groups of an alert together. */
const MOST_DECISIONS = 500;

/** Why an alert was told, or not told, to each channel or to one, from what is stored of it. */
export async function explainAlert(ctx: AlertingContext, id: string, channel?: string): Promise<AlertExplanation> {
  return explain(await readFacts(ctx, id), channel);
}

async function readFacts(ctx: AlertingContext, id: string): Promise<ExplainFacts> {
  const { db } = ctx.store;
  const config = ctx.config();
  const { alert, deliveries } = await getAlert(ctx, id);
  const root = resolveRoutes(config.routes);
  const groups = await db
    .selectFrom('groups')
    .innerJoin('groupMembers', (j) =>
      j.onRef('groupMembers.key', '=', 'groups.key').onRef('groupMembers.channel', '=', 'groups.channel'),
    )
    .select(['groups.key', 'groups.channel', 'groups.firing', 'groups.flushAt'])
    .where('groupMembers.alert', '=', id)
    .orderBy('groups.key')
    .orderBy('groups.channel')
    .execute();
  const escalations = await db
    .selectFrom('escalations')
    .selectAll()
    .where('alert', '=', id)
    .orderBy('policy')
    .execute();
  const steps = await db
    .selectFrom('escalationSteps')
    .selectAll()
    .where('alert', '=', id)
    .orderBy('at')
    .orderBy('loop')
    .orderBy('step')
    .execute();
  const keys = new Set([
    ...groups.map(({ key }) => key),
    ...deliveries.map(({ group }) => group),
    ...matchRoutes(root, alert.labels).map(({ key }) => key),
    ...escalations.map(({ policy }) => `escalation:${policy}:${id}`),
  ]);
  return {
    now: ctx.clock.now(),
    alert,
    ruleKnown:
      config.models.find(({ name }) => name === alert.model)?.rules.some(({ name }) => name === alert.rule) ?? false,
    routes: traceRoutes(root, alert.labels),
    channels: config.channels.map(({ name }) => name),
    heldUp: await db
      .selectFrom('channelStates')
      .select(['channel', 'pausedUntil', 'disabledReason'])
      .where((e) => e.or([e('pausedUntil', 'is not', null), e('disabledAt', 'is not', null)]))
      .execute(),
    groups: groups.map(({ firing, ...group }) => ({
      ...group,
      announced: decodeOrNull<string[]>(firing)?.includes(id) ?? false,
    })),
    log: await readLog(ctx, id, [...keys], Date.parse(alert.activeAt)),
    deliveries,
    escalations: escalations.map(({ policy, status, loop, step, dueAt, document }) => {
      const { length } = decode<EscalationPolicy>(document as string).steps;
      return { policy, status, loop, step, dueAt, steps: length };
    }),
    steps: steps.map(({ policy, loop, step, at, told }) => ({
      policy,
      loop,
      step,
      at,
      channels: decode<Told[]>(told as string).flatMap(({ channels }) => channels),
    })),
  };
}

/** What was decided about groups while the alert was in them. */
async function readLog(ctx: AlertingContext, id: string, keys: string[], since: number): Promise<LoggedDecision[]> {
  const rows = await ctx.store.db
    .selectFrom('notificationLog')
    .selectAll()
    .where('key', 'in', keys)
    .where('at', '>=', since)
    .orderBy('id', 'desc')
    .limit(MOST_DECISIONS)
    .execute();
  return rows.reverse().flatMap(({ key, channel, at, reason, why, sent, nextAt, alerts }) => {
    const members = decode<({ alert: string } & NonNullable<LoggedDecision['alert']>)[]>(alerts as string);
    const member = members.find(({ alert }) => alert === id);
    return member ? [{ key, channel, at, reason, why, sent: sent === 1, nextAt, alert: member }] : [];
  });
}

import type { Alert, AlertState, Cause, Delivery, Matchers, Silence } from '@leeway/contract';
import { durationText, LeewayError } from '@leeway/contract';
import type { Selectable } from 'kysely';
import { iso, isoOrNull } from '../platform/clock.ts';
import { decode, decodeOrNull } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';
import type { Schema } from '../store/schema.ts';
import type { OpenAlert } from './decide/causal-order.ts';
import type { Mutings } from './decide/mutings.ts';

/** What `alerts.evidence` holds: what stood behind the judgement. */
export type Evidence = Pick<Alert, 'lower' | 'upper' | 'n' | 'coverage' | 'reference' | 'why' | 'conditions'>;

export type AlertRow = Selectable<Schema['alerts']>;

/** The alert as the API has it. An acknowledgement that has run out counts as none. */
export function toAlert(row: AlertRow, mutings: Mutings, now: number): Alert {
  const labels = decode<Record<string, string>>(row.labels);
  const inHand = row.acknowledgedUntil === null || row.acknowledgedUntil > now;
  return {
    id: row.id,
    model: row.model,
    rule: row.rule,
    state: row.state as AlertState,
    noData: row.noData === 1,
    severity: row.severity as Alert['severity'],
    labels,
    metric: row.metric,
    column: row.column,
    slice: row.slice,
    version: row.version,
    value: row.value,
    threshold: row.threshold,
    windowStart: iso(row.windowStart),
    windowEnd: iso(row.windowEnd),
    summary: row.summary,
    cause: decodeOrNull<Cause>(row.cause as string | null),
    runbook: row.runbook,
    activeAt: iso(row.activeAt),
    firedAt: isoOrNull(row.firedAt),
    resolvedAt: isoOrNull(row.resolvedAt),
    acknowledgedBy: inHand ? row.acknowledgedBy : null,
    acknowledgedAt: inHand ? isoOrNull(row.acknowledgedAt) : null,
    acknowledgedUntil: inHand ? isoOrNull(row.acknowledgedUntil) : null,
    assignee: row.assignee,
    verdict: row.verdict as Alert['verdict'],
    certainty: row.certainty as Alert['certainty'],
    cost: row.cost,
    flapping: row.flapping === 1,
    muted: row.state === 'resolved' ? null : mutings.of(openAlert(row)),
    conditions: [], // of an alert of a release that did not write any
    ...decode<Omit<Evidence, 'conditions'> & Partial<Evidence>>(row.evidence as string),
  };
}

/** What decides whether an alert is told. */
export function openAlert(row: AlertRow): OpenAlert {
  const { id, model, rule, metric, column, slice, value, threshold, windowStart, windowEnd } = row;
  return {
    ...{ id, model, rule, metric, column, slice, value, threshold, windowStart, windowEnd },
    severity: row.severity as OpenAlert['severity'],
    labels: decode<Record<string, string>>(row.labels),
    noData: row.noData === 1,
    since: row.firedAt ?? row.activeAt,
  };
}

export async function alertRow(db: StoreReader, id: string): Promise<AlertRow> {
  const row = await db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new LeewayError('unknown_alert', `"${id}"`);
  return row;
}

/** The silence as the API has it. */
export function toSilence(row: Selectable<Schema['silences']>): Silence {
  return {
    id: row.id,
    kind: row.kind as Silence['kind'],
    automatic: row.kind === 'grace',
    matchers: decode<Matchers>(row.matchers as string),
    startsAt: iso(row.startsAt),
    endsAt: iso(row.endsAt),
    untilResolved: row.untilResolved === 1,
    expireWhenIdle: row.idleMs === null ? null : durationText(row.idleMs),
    tellStart: row.tellStart === 1,
    tellEnd: row.tellEnd === 1,
    createdBy: row.createdBy,
    comment: row.comment,
  };
}

export function toDelivery(row: Selectable<Schema['deliveries']>): Delivery {
  return {
    id: row.id,
    channel: row.channel,
    group: row.groupKey,
    reason: row.reason,
    state: row.state as Delivery['state'],
    attempts: row.attempts,
    failure: row.failure as Delivery['failure'],
    error: row.error,
    failoverOf: row.failoverOf,
    createdAt: iso(row.createdAt),
    sentAt: isoOrNull(row.sentAt),
    subject: row.subject,
  };
}

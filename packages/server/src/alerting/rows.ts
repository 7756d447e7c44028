import type { Alert, AlertState, Cause, Delivery, Silence } from '@leeway/contract';
import { LeewayError } from '@leeway/contract';
import type { Selectable } from 'kysely';
import type { AlertWithEvidence, Evidence } from '../notify/message.ts';
import { iso, isoOrNull } from '../platform/clock.ts';
import { decode, decodeOrNull } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';
import type { Schema } from '../store/schema.ts';
import { findSilence, type SilenceSpan } from './decide/match-silence.ts';

export type AlertRow = Selectable<Schema['alerts']>;

export function toAlert(row: AlertRow, silences: readonly SilenceSpan[], now: number): AlertWithEvidence {
  const labels = decode<Record<string, string>>(row.labels);
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
    acknowledgedBy: row.acknowledgedBy,
    acknowledgedAt: isoOrNull(row.acknowledgedAt),
    silencedBy: row.state === 'resolved' ? null : (findSilence(silences, labels, now)?.id ?? null),
    evidence: decode<Evidence>(row.evidence as string),
  };
}

/** The alert as the API has it. */
export function toResource(row: AlertRow, silences: readonly SilenceSpan[], now: number): Alert {
  const { evidence: _, ...alert } = toAlert(row, silences, now);
  return alert;
}

export async function activeSilences(db: StoreReader, now: number): Promise<SilenceSpan[]> {
  const rows = await db
    .selectFrom('silences')
    .select(['id', 'matchers', 'startsAt', 'endsAt'])
    .where('startsAt', '<=', now)
    .where('endsAt', '>', now)
    .execute();
  return rows.map((row) => ({ ...row, matchers: decode<Record<string, string>>(row.matchers) }));
}

export async function alertRow(db: StoreReader, id: string): Promise<AlertRow> {
  const row = await db.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new LeewayError('unknown_alert', `"${id}"`);
  return row;
}

export function toSilence(row: Selectable<Schema['silences']>): Silence {
  return {
    id: row.id,
    matchers: decode<Record<string, string>>(row.matchers),
    startsAt: iso(row.startsAt),
    endsAt: iso(row.endsAt),
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
    error: row.error,
    createdAt: iso(row.createdAt),
    sentAt: isoOrNull(row.sentAt),
    subject: row.subject,
  };
}

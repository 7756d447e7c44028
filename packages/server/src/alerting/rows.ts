import type { Alert, AlertState, Cause, Delivery, Muting, Silence } from '@leeway/contract';
import { LeewayError } from '@leeway/contract';
import type { Selectable } from 'kysely';
import { iso, isoOrNull } from '../platform/clock.ts';
import { decode, decodeOrNull } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';
import type { Schema } from '../store/schema.ts';
import { findSilence, type SilenceSpan } from './decide/match-silence.ts';

/** What `alerts.evidence` holds: what stood behind the judgement. */
export type Evidence = Pick<Alert, 'lower' | 'upper' | 'n' | 'coverage' | 'reference' | 'why'>;

export type AlertRow = Selectable<Schema['alerts']>;

/** The alert as the API has it. */
export function toAlert(row: AlertRow, silences: readonly SilenceSpan[], now: number): Alert {
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
    acknowledgedUntil: isoOrNull(row.acknowledgedUntil),
    assignee: row.assignee,
    verdict: row.verdict as Alert['verdict'],
    certainty: row.certainty as Alert['certainty'],
    cost: row.cost,
    flapping: row.flapping === 1,
    muted: row.state === 'resolved' ? null : mutedBy(silences, labels, now),
    ...decode<Evidence>(row.evidence as string),
  };
}

function mutedBy(silences: readonly SilenceSpan[], labels: Record<string, string>, now: number): Muting | null {
  const silence = findSilence(silences, labels, now);
  if (!silence) return null;
  return { by: 'silence', ref: silence.id, text: `silenced by ${silence.id}`, until: iso(silence.endsAt) };
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

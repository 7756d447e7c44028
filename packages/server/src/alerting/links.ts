import { createHash } from 'node:crypto';
import { type Alert, durationMs, LeewayError, Verdict } from '@leeway/contract';
import { sign, signingKeys, verify } from '../access/signed.ts';
import type { MessageAction } from '../notify/message.ts';
import { iso } from '../platform/clock.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { judgeIn } from './review/judge.ts';
import { acknowledgeIn } from './verbs/acknowledge.ts';
import { getAlert } from './verbs/list-alerts.ts';
import { createSilenceIn } from './verbs/silences.ts';

/** Links in messages by which whoever got the message can act without a login: signed, for some days, each good for one use. */

const KIND = 'act';
const VALID_MS = durationMs('7d');
const SILENCE_MS = durationMs('2h');
/** No channel shows more alerts of a message one by one; the worst come first. */
const MOST_ALERTS = 25;

type Action = MessageAction['kind'];

const LABELS: Record<Action, string> = {
  acknowledge: 'Acknowledge',
  silence: 'Silence',
  useful: 'Useful',
  noise: 'Noise',
  expected: 'Expected',
  duplicate: 'Duplicate',
};

/** What makes the links of one message. The same message has the same links, however often it is made. */
export async function actionLinks(
  ctx: Pick<AlertingContext, 'clock' | 'publicUrl'>,
  db: StoreReader,
  { channel, delivery }: { channel: string; delivery: string },
): Promise<(alert: Alert) => MessageAction[]> {
  const keys = await signingKeys(db);
  const expiresAt = ctx.clock.now() + VALID_MS;
  const base = ctx.publicUrl().replace(/\/+$/, '');
  let alerts = 0;
  return ({ id: alert, state }) => {
    alerts += 1;
    if (alerts > MOST_ALERTS) return [];
    const kinds = Object.keys(LABELS) as Action[];
    return kinds
      .filter((kind) => state !== 'resolved' || Verdict.safeParse(kind).success)
      .map((kind) => {
        const nonce = createHash('sha256')
          .update(JSON.stringify([delivery, alert, kind]))
          .digest('base64url');
        const claims = { alert, kind, channel, nonce: nonce.slice(0, 16) };
        return { kind, label: LABELS[kind], url: `${base}/act/${sign(keys, { kind: KIND, expiresAt, claims })}` };
      });
  };
}

export interface ActionLink {
  kind: Action;
  alert: Alert;
  channel: string;
  expiresAt: string;
  /** When it was used, by whom, and what came of it; null if it was not. */
  used: { at: string; actor: string; outcome: string } | null;
}

type LinkContext = Pick<AlertingContext, 'clock' | 'store'> & AlertingContext;

interface Claims {
  alert: string;
  kind: Action;
  channel: string;
  nonce: string;
}

/** What a link would do, without doing it: mail programs follow links to look for viruses. */
export async function readLink(ctx: LinkContext, token: string): Promise<ActionLink | 'expired' | 'invalid'> {
  const read = await claimsOf(ctx, token);
  if (typeof read === 'string') return read;
  const { claims, expiresAt } = read;
  const found = await getAlert(ctx, claims.alert).catch(gone);
  if (!found) return 'invalid';
  const used = await usedBy(ctx.store.db, claims.nonce);
  return { kind: claims.kind, alert: found.alert, channel: claims.channel, expiresAt: iso(expiresAt), used };
}

export interface LinkChoice {
  comment?: string;
  /** How long a silence lasts: two hours, or until the alert is over. */
  silence?: '2h' | 'resolved';
}

/** Does what a link says, once. A second use changes nothing, and is told who did it and when. */
export async function followLink(
  ctx: LinkContext,
  token: string,
  choice: LinkChoice = {},
): Promise<{ done: boolean; at: string; actor: string; outcome: string } | 'expired' | 'invalid'> {
  const read = await claimsOf(ctx, token);
  if (typeof read === 'string') return read;
  const { claims } = read;
  const actor = `link in ${claims.channel}`;
  return ctx.store.db.transaction().execute(async (tx) => {
    const now = ctx.clock.now();
    const mine = await tx
      .insertInto('linkUses')
      .values({ nonce: claims.nonce, alert: claims.alert, action: claims.kind, at: now, actor, outcome: '' })
      .onConflict((c) => c.doNothing())
      .returning('nonce')
      .executeTakeFirst();
    if (!mine) {
      const before = await usedBy(tx, claims.nonce);
      return { done: false, at: before?.at ?? iso(now), actor: before?.actor ?? actor, outcome: before?.outcome ?? '' };
    }
    const outcome = await act(ctx, tx, claims, actor, choice);
    await tx.updateTable('linkUses').set({ outcome }).where('nonce', '=', claims.nonce).execute();
    return { done: true, at: iso(now), actor, outcome };
  });
}

async function act(
  ctx: AlertingContext,
  tx: StoreTx,
  { alert: id, kind }: Claims,
  actor: string,
  { comment = '', silence = '2h' }: LinkChoice,
): Promise<string> {
  if (kind === 'acknowledge') {
    const { acknowledgedBy } = await acknowledgeIn(ctx, tx, { id, actor, note: comment });
    return acknowledgedBy === actor ? 'acknowledged' : `was acknowledged by ${acknowledgedBy} already`;
  }
  if (kind === 'silence') {
    const row = await tx.selectFrom('alerts').select(['labels', 'state']).where('id', '=', id).executeTakeFirst();
    if (!row || row.state === 'resolved')
      throw new LeewayError('wrong_state', `alert ${id} is over; there is nothing to silence`);
    const labels = JSON.parse(row.labels) as Record<string, string>;
    const matchers = Object.fromEntries(
      ['model', 'rule', 'column', 'slice'].flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])),
    );
    const now = ctx.clock.now();
    const made = await createSilenceIn(ctx, tx, {
      matchers,
      actor,
      comment: comment || `silenced by a ${actor}`,
      ...silenceLength(silence, now),
    });
    return `silenced until ${silence === 'resolved' ? 'it is over' : made.endsAt} (${made.id})`;
  }
  await judgeIn(ctx, tx, { id, verdict: kind, comment, actor });
  return `called ${kind}`;
}

const silenceLength = (silence: '2h' | 'resolved', now: number) =>
  silence === 'resolved' ? { untilResolved: true, endsAt: now + VALID_MS } : { endsAt: now + SILENCE_MS };

async function claimsOf(
  ctx: LinkContext,
  token: string,
): Promise<{ claims: Claims; expiresAt: number } | 'expired' | 'invalid'> {
  const signed = verify(await signingKeys(ctx.store.db), KIND, token, ctx.clock.now());
  if (typeof signed === 'string') return signed;
  return { claims: signed.claims as unknown as Claims, expiresAt: signed.expiresAt };
}

async function usedBy(db: StoreReader, nonce: string): Promise<ActionLink['used']> {
  const row = await db.selectFrom('linkUses').selectAll().where('nonce', '=', nonce).executeTakeFirst();
  return row ? { at: iso(row.at), actor: row.actor, outcome: row.outcome } : null;
}

/** An alert that never fired is deleted when it is over. */
function gone(error: unknown): null {
  if (error instanceof LeewayError && error.code === 'unknown_alert') return null;
  throw error;
}

import type { Alert } from '@leeway/contract';
import type { Background, PastAlert } from '../notify/message.ts';
import { iso } from '../platform/clock.ts';
import type { StoreReader } from '../store/open.ts';
import type { AlertRow } from './rows.ts';

const MOST_PAST = 3;

interface Episode {
  id: string;
  rule: string;
  instance: string;
  activeAt: number;
}

type Earlier = Pick<AlertRow, 'id' | 'rule' | 'instance' | 'activeAt' | 'firedAt' | 'resolvedAt' | 'verdict'> & {
  comment: string | null;
};

/** Alerts of the same rules that are over, the latest first. */
export async function earlierAlerts(db: StoreReader, model: string, episodes: readonly Episode[]): Promise<Earlier[]> {
  const rows = await db
    .selectFrom('alerts')
    .select(['id', 'rule', 'instance', 'activeAt', 'firedAt', 'resolvedAt', 'verdict'])
    .where('model', '=', model)
    .where('state', '=', 'resolved')
    .where('rule', 'in', [...new Set(episodes.map(({ rule }) => rule))])
    .where('activeAt', '<', Math.max(...episodes.map(({ activeAt }) => activeAt)))
    .orderBy('activeAt', 'desc')
    .orderBy('id')
    .limit(200)
    .execute();
  if (rows.length === 0) return [];
  const comments = await db
    .selectFrom('alertComments')
    .select(['alert', 'text'])
    .where(
      'alert',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('id')
    .execute();
  const last = new Map(comments.map(({ alert, text }) => [alert, text]));
  return rows.map((row) => ({ ...row, comment: last.get(row.id) ?? null }));
}

/** Those before an alert: of the same column and slice, or if there are none, of the same rule. With what may have ended them. */
export function pastOf(
  episode: Episode,
  earlier: readonly Earlier[],
  deploys: readonly { version: string; startedAt: number }[],
): Pick<Background, 'past' | 'pastCount'> {
  const ofRule = earlier.filter((row) => row.rule === episode.rule && row.activeAt < episode.activeAt);
  const same = ofRule.filter((row) => row.instance === episode.instance);
  const similar = same.length > 0 ? same : ofRule;
  const past = similar.slice(0, MOST_PAST).flatMap(({ id, firedAt, resolvedAt, verdict, comment }): PastAlert[] => {
    if (firedAt === null || resolvedAt === null) return [];
    const deploy = deploys.find(({ startedAt }) => startedAt >= firedAt && startedAt <= resolvedAt);
    return [
      {
        id,
        firedAt: iso(firedAt),
        resolvedAt: iso(resolvedAt),
        verdict: verdict as Alert['verdict'],
        endedBy: deploy ? `version ${deploy.version} was promoted` : null,
        comment,
      },
    ];
  });
  return { past, pastCount: similar.length };
}

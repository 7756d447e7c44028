import type { Alert } from '@leeway/contract';
import { diffConfig } from '../config/revisions.ts';
import { formatWindow } from '../notify/format.ts';
import { type Background, bySeverity, type NearbyEvent } from '../notify/message.ts';
import { iso } from '../platform/clock.ts';
import { decode } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';
import type { RuleDocument } from './decide/evaluate-window.ts';
import { inOrderOfNearness, lookBack, relativeTo, type Span } from './decide/nearness.ts';
import { earlierAlerts, pastOf } from './earlier-alerts.ts';

/** A message says it of so many alerts, the worst ones; of the others it only names what and where. */
const MOST_ALERTS = 20;
const MOST_EVENTS = 4;
const MOST_REVISIONS = 4;

interface Episode {
  id: string;
  model: string;
  monitor: string;
  rule: string;
  instance: string;
  activeAt: number;
  /** First bad window, or that of the alert where it is not known. */
  first: Span;
  known: boolean;
}

/**
 * What the store knows around alerts: deploys, changes of the configuration, gaps in the data, other trouble with the data, and
 * earlier alerts of the same rule. Read in the transaction in which a message is decided on, for it is frozen there.
 */
export async function readBackground(
  db: StoreReader,
  alerts: readonly Alert[],
): Promise<ReadonlyMap<string, Background>> {
  const told = alerts.toSorted(bySeverity).slice(0, MOST_ALERTS);
  if (told.length === 0) return new Map();
  const episodes = await readEpisodes(db, told);
  const from = Math.min(...episodes.map(({ first }) => lookBack(first)));
  const models = [...new Set(told.map(({ model }) => model))];
  const revisions = await configChanges(db, models, from);
  const background = new Map<string, Background>();
  for (const model of models) {
    const own = episodes.filter((episode) => episode.model === model);
    const deploys = await deploysOf(db, model);
    const trouble = await dataTrouble(db, model, from);
    const windows = await emptyWindows(db, own, from);
    const earlier = await earlierAlerts(db, model, own);
    const lessons = await lessonsOf(db, model);
    for (const episode of own) {
      const { id, monitor, first, known } = episode;
      const gaps = gapsIn(windows.filter((window) => window.monitor === monitor && window.startAt < first.end)).map(
        (gap) => found(model, 'data', gap.start, `no rows came ${spanText(gap)}, beginning`),
      );
      const served = deploys.map(({ version, startedAt, back }) =>
        found(model, 'deploy', startedAt, `version ${version} was ${back ? 'rolled back to' : 'promoted'}`),
      );
      const changed = revisions.filter((event) => event.model === model);
      const happened = [...served, ...changed, ...trouble, ...gaps].filter(
        (event) => event.id !== id && Date.parse(event.at) >= lookBack(first),
      );
      const events = inOrderOfNearness(happened, first)
        .slice(0, MOST_EVENTS)
        .map(({ kind, at, text }) => ({ kind, at, text: `${text} ${relativeTo(Date.parse(at), first)}` }));
      background.set(id, {
        firstWindow: known ? { start: iso(first.start), end: iso(first.end) } : null,
        events,
        ...pastOf(episode, earlier, deploys),
        lesson:
          lessons.find(({ rule }) => rule === episode.rule)?.text ??
          lessons.find(({ rule }) => rule === null)?.text ??
          null,
      });
    }
  }
  return background;
}

/** Alerts with their first bad window, which the memory of the rule keeps while the episode is open. */
async function readEpisodes(db: StoreReader, alerts: readonly Alert[]): Promise<Episode[]> {
  const rows = await db
    .selectFrom('alerts')
    .leftJoin('ruleStates', (join) =>
      join
        .onRef('ruleStates.model', '=', 'alerts.model')
        .onRef('ruleStates.rule', '=', 'alerts.rule')
        .onRef('ruleStates.instance', '=', 'alerts.instance'),
    )
    .select(['alerts.id', 'alerts.instance', 'ruleStates.state as memory'])
    .where(
      'alerts.id',
      'in',
      alerts.map(({ id }) => id),
    )
    .execute();
  const stored = new Map(rows.map((row) => [row.id, row]));
  return alerts.map(({ id, model, rule, labels, windowStart, windowEnd, activeAt }) => {
    const row = stored.get(id);
    const memory = row?.memory ? decode<RuleDocument>(row.memory as string).memory : null;
    const [start, end] = [Date.parse(windowStart), Date.parse(windowEnd)];
    const since = memory?.began ?? null;
    // A later episode of the same instance has a memory of its own.
    const known = since !== null && since <= end;
    const first = known ? { start: since - (end - start), end: since } : { start, end };
    const instance = row?.instance ?? '';
    return {
      id,
      model,
      rule,
      monitor: labels['monitor'] ?? '',
      instance,
      activeAt: Date.parse(activeAt),
      first,
      known,
    };
  });
}

/** An event, with the alert that it is, if it is one. */
type Found = NearbyEvent & { model: string; id: string };
const found = (model: string, kind: NearbyEvent['kind'], at: number, text: string, id = ''): Found => ({
  id,
  model,
  kind,
  at: iso(at),
  text,
});

interface Deploy {
  version: string;
  startedAt: number;
  /** Whether it had served before. */
  back: boolean;
}

/** The latest first. */
async function deploysOf(db: StoreReader, model: string): Promise<Deploy[]> {
  const rows = await db
    .selectFrom('servings')
    .select(['version', 'startedAt'])
    .where('model', '=', model)
    .orderBy('startedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
  return rows.map((row, i) => ({ ...row, back: rows.slice(i + 1).some(({ version }) => version === row.version) }));
}

/** Revisions of the configuration that changed something about one of the models. */
async function configChanges(db: StoreReader, models: readonly string[], from: number): Promise<Found[]> {
  const rows = await db
    .selectFrom('configRevisions')
    .select(['id', 'appliedAt', 'actor', 'document'])
    .where('appliedAt', '>=', from)
    .orderBy('id', 'desc')
    .limit(MOST_REVISIONS)
    .execute();
  const oldest = rows.at(-1);
  if (!oldest) return [];
  const before = await db
    .selectFrom('configRevisions')
    .select('document')
    .where('id', '<', oldest.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return rows.flatMap(({ appliedAt, actor, document }, i) => {
    const previous = rows[i + 1]?.document ?? before?.document;
    // The first configuration of all changes nothing.
    if (previous === undefined) return [];
    const changes = diffConfig(decode(previous), decode(document));
    return models.flatMap((model) => {
      const prefix = `models.${model}.`;
      const paths = changes.map(({ path }) => path).filter((path) => path.startsWith(prefix));
      if (paths.length === 0) return [];
      const [first] = paths;
      const more = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
      return [found(model, 'configuration', appliedAt, `${actor} changed ${first!.slice(prefix.length)}${more}`)];
    });
  });
}

/** Other alerts that say that the data of the model were broken. */
async function dataTrouble(db: StoreReader, model: string, from: number): Promise<Found[]> {
  const rows = await db
    .selectFrom('alerts')
    .select(['id', 'rule', 'summary', 'windowStart'])
    .where('model', '=', model)
    .where('firedAt', 'is not', null)
    .where('windowEnd', '>=', from)
    .where((e) => e.or([e('metric', 'like', 'quality.%'), e('noData', '=', 1)]))
    .orderBy('windowStart', 'desc')
    .orderBy('id')
    .limit(10)
    .execute();
  return rows.map(({ id, rule, summary, windowStart }) =>
    found(model, 'data', windowStart, `${rule} fired (${summary})`, id),
  );
}

type EmptyWindow = { monitor: string; startAt: number; endAt: number };

/** Windows of the episodes' monitors in which no row came. */
async function emptyWindows(db: StoreReader, episodes: readonly Episode[], from: number): Promise<EmptyWindow[]> {
  const { model } = episodes[0]!;
  return db
    .selectFrom('windows')
    .select(['monitor', 'startAt', 'endAt'])
    .where('model', '=', model)
    .where('monitor', 'in', [...new Set(episodes.map(({ monitor }) => monitor))])
    .where('startAt', '>=', from)
    .where('startAt', '<', Math.max(...episodes.map(({ first }) => first.end)))
    .where('rows', '=', 0)
    .where('state', '<>', 'open')
    .orderBy('startAt')
    .limit(500)
    .execute();
}

function gapsIn(windows: readonly EmptyWindow[]): Span[] {
  const gaps: Span[] = [];
  for (const { startAt, endAt } of windows) {
    const last = gaps.at(-1);
    if (last && last.end >= startAt) last.end = Math.max(last.end, endAt);
    else gaps.push({ start: startAt, end: endAt });
  }
  return gaps;
}

const spanText = ({ start, end }: Span): string => `from ${formatWindow(start, end)}`;

/** What people have learnt of a model and its rules, the newest first. */
const lessonsOf = (db: StoreReader, model: string): Promise<{ rule: string | null; text: string }[]> =>
  db
    .selectFrom('lessons')
    .select(['rule', 'text'])
    .where('model', '=', model)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(100)
    .execute();

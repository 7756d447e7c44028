import { durationMs, type Matchers, type ModelConfig, type Muting } from '@leeway/contract';
import { iso } from '../platform/clock.ts';
import { decode } from '../store/json.ts';
import type { StoreReader } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { CAUSE_MUTES_MS } from './decide/causal-order.ts';
import { maintenanceSpans } from './decide/maintenance.ts';
import { matchRoutes, type Route, resolveRoutes } from './decide/match-route.ts';
import type { SilenceSpan } from './decide/match-silence.ts';
import type { Labels } from './decide/matchers.ts';
import { createMutings, type Mutings } from './decide/mutings.ts';
import { isOpen, opensAt } from './decide/time-interval.ts';
import { type AlertRow, openAlert } from './rows.ts';

/**
 * What mutes alerts now. With `models` it knows what mutes alerts of those alone, which is less to read; who asks about all
 * leaves it out.
 */
export async function activeMutings(
  ctx: Pick<AlertingContext, 'config'>,
  db: StoreReader,
  now: number,
  models?: readonly string[],
): Promise<Mutings> {
  const config = ctx.config();
  const spans = [
    ...(await activeSilences(db, now)),
    ...maintenanceSpans(config.maintenance, now),
    ...(await promotionGraces(db, config.models, now)),
  ];
  let open = db.selectFrom('alerts').selectAll().where('state', 'in', ['firing', 'recovering']);
  if (models && config.inhibitions.length === 0) open = open.where('model', 'in', [...models, '']);
  const rows: AlertRow[] = await open.execute();
  const causal = config.models.filter(({ causalOrder }) => causalOrder);
  return createMutings({
    now,
    spans,
    open: rows.map(openAlert),
    ended: (await endedCauses(db, new Set(causal.map(({ name }) => name)), rows, now)).map(openAlert),
    inhibitions: config.inhibitions,
    causal: new Map(causal.map(({ name, columns }) => [name, columns])),
    hours: hoursOf(resolveRoutes(config.routes), config.timeIntervals, now),
  });
}

/** Alerts that are over, and were there in a window on which an open alert of their model was judged last. */
async function endedCauses(
  db: StoreReader,
  causal: ReadonlySet<string>,
  open: readonly AlertRow[],
  now: number,
): Promise<AlertRow[]> {
  const effects = open.filter(({ model }) => causal.has(model));
  if (effects.length === 0) return [];
  return db
    .selectFrom('alerts')
    .selectAll()
    .where('model', 'in', [...new Set(effects.map(({ model }) => model))])
    .where('state', '=', 'resolved')
    .where('firedAt', '>', now - CAUSE_MUTES_MS)
    .where('windowEnd', '>', Math.min(...effects.map(({ windowStart }) => windowStart)))
    .execute();
}

type Hours = (labels: Labels) => Muting | null;

function hoursOf(root: Route, intervals: Parameters<typeof isOpen>[1], now: number): Hours {
  if (intervals.length === 0) return () => null;
  const known = new Map<string, Muting | null>();
  const ofRoute = (route: Route) => {
    const found = known.get(route.path);
    if (found !== undefined) return found;
    const muting = closedHours(route, intervals, now);
    known.set(route.path, muting);
    return muting;
  };
  return (labels) => {
    const mutings = matchRoutes(root, labels).map(({ route }) => ofRoute(route));
    if (mutings.includes(null)) return null;
    return mutings.reduce(
      (first, next) => (first && next && (first.until ?? '~') <= (next.until ?? '~') ? first : next),
      mutings[0] ?? null,
    );
  };
}

/** What keeps a route quiet now: its hours; null if it tells. */
export function closedHours(route: Route, intervals: Parameters<typeof isOpen>[1], now: number): Muting | null {
  if (isOpen(route, intervals, now)) return null;
  const at = opensAt(route, intervals, now);
  const names = [
    ...(route.activeTimes ?? []).map((name) => `not in ${name}`),
    ...route.muteTimes.map((name) => `in ${name}`),
  ];
  return {
    by: 'hours',
    ref: route.path,
    text: `outside of the hours of its route: ${names.join(', ')}`,
    until: at === null ? null : iso(at),
  };
}

/** Silences in force, and the graces that a change of a reference has opened. */
async function activeSilences(db: StoreReader, now: number): Promise<SilenceSpan[]> {
  const rows = await db
    .selectFrom('silences')
    .select(['id', 'kind', 'matchers', 'startsAt', 'endsAt'])
    .where('startsAt', '<=', now)
    .where('endsAt', '>', now)
    .execute();
  return rows.map((row) => ({
    ...row,
    kind: row.kind as SilenceSpan['kind'],
    matchers: decode<Matchers>(row.matchers as string),
  }));
}

/** How long drift is expected after a change of a model: what it says, or one window of its slowest monitor. */
export const graceMs = ({ grace, monitors }: Pick<ModelConfig, 'grace' | 'monitors'>): number =>
  grace === undefined ? Math.max(0, ...monitors.map(({ window }) => durationMs(window))) : durationMs(grace);

/** Of each model whose champion was changed just now, the time in which drift is expected. The first champion is no change. */
export async function promotionGraces(
  db: StoreReader,
  models: readonly ModelConfig[],
  now: number,
): Promise<(SilenceSpan & { version: string })[]> {
  const longest = Math.max(0, ...models.map(graceMs));
  if (longest === 0) return [];
  const recent = await db
    .selectFrom('servings')
    .innerJoin('servings as before', (join) =>
      join.onRef('before.model', '=', 'servings.model').onRef('before.endedAt', '<=', 'servings.startedAt'),
    )
    .select(['servings.model', 'servings.version', 'servings.startedAt'])
    .distinct()
    .where('servings.startedAt', '>', now - longest)
    .where('servings.startedAt', '<=', now)
    .whereRef('before.id', '<>', 'servings.id')
    .execute();
  return recent.flatMap(({ model, version, startedAt }) => {
    const config = models.find(({ name }) => name === model);
    const endsAt = startedAt + (config ? graceMs(config) : 0);
    if (endsAt <= now) return [];
    const id = `promotion of ${model} ${version}`;
    return [{ id, kind: 'grace' as const, matchers: { model }, startsAt: startedAt, endsAt, version }];
  });
}

import type { Mark, ModelConfig, ModelSummary } from '@leeway/contract';
import type { Context } from '../context.ts';
import { iso, isoOrNull } from '../platform/clock.ts';
import { championOf } from '../registry/versions.ts';
import { INSTANT, predictionsTable } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import { readMeasurements } from './measurements.ts';

const DAY_MS = 86_400_000;
/** What a model is first judged by. */
const HEADLINE = { binary: 'roc_auc', multiclass: 'accuracy', regression: 'mae' } as const;

/** A model as the fleet page shows it. */
export async function summarizeModel(ctx: Context, model: ModelConfig): Promise<ModelSummary> {
  const now = ctx.clock.now();
  const { db } = ctx.store;
  const champion = await championOf(db, model.name);
  const alerts = await db
    .selectFrom('alerts')
    .select(['severity', (e) => e.fn.countAll().as('n')])
    .where('model', '=', model.name)
    .where('state', 'in', ['firing', 'recovering'])
    .groupBy('severity')
    .execute();
  const days = await ctx.warehouse.query<{ day: string; rows: number; last: string }>(
    `SELECT toString(toDate(time)) AS day, count() AS rows, max(time) AS last FROM ${predictionsTable(model)}
     WHERE role = 'live' AND time >= {from:${INSTANT}} GROUP BY day ORDER BY day`,
    { from: instant(now - 30 * DAY_MS) },
    'fleet',
  );
  const window = await db
    .selectFrom('windows')
    .select((e) => e.fn.max('endAt').as('end'))
    .where('model', '=', model.name)
    .where('state', '!=', 'open')
    .executeTakeFirst();
  const metric = HEADLINE[model.task];
  const headlines = await readMeasurements(ctx.warehouse, {
    model: model.name,
    metrics: [metric],
    column: '',
    slice: '',
    version: '',
    from: now - 90 * DAY_MS,
    to: now,
  });
  const headline = headlines.findLast((measurement) => measurement.value !== null);
  const firing = alerts.reduce((sum, row) => sum + Number(row.n), 0);
  return {
    name: model.name,
    task: model.task,
    owner: model.owner ?? null,
    description: model.description ?? null,
    champion: champion?.version ?? null,
    health: alerts.some((row) => row.severity === 'critical')
      ? 'critical'
      : firing > 0
        ? 'warning'
        : days.length === 0
          ? 'no_data'
          : 'ok',
    firing,
    lastPrediction: days.length === 0 ? null : iso(Date.parse(days.at(-1)!.last)),
    lastWindow: isoOrNull(window?.end ? Number(window.end) : null),
    predictionsPerDay: days.map(({ day, rows }) => ({ day, rows })),
    headline: headline ? { metric, value: headline.value, reference: headline.reference } : null,
  };
}

/** Alerts, runs and versions of a model on the time axis of its charts. */
export async function marksOf(ctx: Context, model: string, from: number, to: number): Promise<Mark[]> {
  const { db } = ctx.store;
  const alerts = await db
    .selectFrom('alerts')
    .selectAll()
    .where('model', '=', model)
    .where('firedAt', 'is not', null)
    .where('firedAt', '<', to)
    .where((e) => e.or([e('resolvedAt', 'is', null), e('resolvedAt', '>=', from)]))
    .execute();
  const runs = await db
    .selectFrom('runs')
    .selectAll()
    .where('model', '=', model)
    .where('createdAt', '>=', from)
    .where('createdAt', '<', to)
    .execute();
  const servings = await db
    .selectFrom('servings')
    .selectAll()
    .where('model', '=', model)
    .where('startedAt', '>=', from)
    .where('startedAt', '<', to)
    .execute();
  const marks: Mark[] = [
    ...alerts.map((row) => ({
      at: iso(row.firedAt!),
      until: isoOrNull(row.resolvedAt),
      kind: 'alert' as const,
      label: row.rule,
      state: row.severity,
      id: row.id,
    })),
    ...runs.map((row) => ({
      at: iso(row.createdAt),
      until: isoOrNull(row.endedAt),
      kind: 'run' as const,
      label: row.challenger ?? row.trigger,
      state: row.state,
      id: row.id,
    })),
    ...servings.map((row) => ({
      at: iso(row.startedAt),
      until: isoOrNull(row.endedAt),
      kind: 'version' as const,
      label: row.version,
      state: row.reason,
      id: row.version,
    })),
  ];
  return marks.sort((a, b) => a.at.localeCompare(b.at));
}

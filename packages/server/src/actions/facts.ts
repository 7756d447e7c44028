import {
  type ActionConfig,
  type ActionState,
  type Alert,
  durationMs,
  LeewayError,
  type ModelConfig,
} from '@leeway/contract';
import { matches } from '../alerting/decide/matchers.ts';
import type { Context } from '../context.ts';
import { secretsOf } from '../notify/secret.ts';
import { championOf } from '../registry/versions.ts';
import { decode } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import { INSTANT, labelsTable } from '../warehouse/model-tables.ts';
import { instant } from '../warehouse/warehouse.ts';
import type { ActionKind } from './kind.ts';
import { optionsOf } from './options.ts';
import type { ActionRow } from './rows.ts';

interface Given {
  id: string;
  kind: ActionKind;
  config: ActionConfig;
  alert: Alert;
  model: ModelConfig;
  options: Record<string, unknown>;
  secrets: string[];
}

/** The action as the configuration has it today: secrets are nowhere else. */
export async function givenOf(
  ctx: Pick<Context, 'config'>,
  kinds: readonly ActionKind[],
  row: ActionRow,
  alertOf: (id: string) => Promise<Alert>,
): Promise<Given> {
  const model = ctx.config().models.find(({ name }) => name === row.model);
  const config = model?.rules.find(({ name }) => name === row.rule)?.actions[row.position];
  const kind = kinds.find(({ type }) => type === row.type);
  if (!model || !config || config.type !== row.type || !kind)
    throw new LeewayError('wrong_state', 'the rule no longer has this action');
  const options = kind.options.parse(optionsOf(config));
  return {
    id: row.id,
    kind,
    config,
    alert: await alertOf(row.alert),
    model,
    options,
    secrets: secretsOf(kind.options, options),
  };
}

/** What the decision goes by, as the store has it now. */
export async function factsOf(tx: StoreTx, row: ActionRow, config: ActionConfig) {
  const past = await tx
    .selectFrom('actions')
    .select(['id', 'state', 'dryRun', 'startedAt'])
    .where('model', '=', row.model)
    .where('type', '=', row.type)
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(500)
    .execute();
  const running = await tx
    .selectFrom('actions')
    .select('id')
    .where('model', '=', row.model)
    .where('state', '=', 'running')
    .where('id', '!=', row.id)
    .executeTakeFirst();
  const open = await tx
    .selectFrom('alerts')
    .select(['id', 'rule', 'labels'])
    .where('model', '=', row.model)
    .where('state', 'in', ['firing', 'recovering'])
    .execute();
  const { unless, approval, dryRun, cooldown, budget, minimumLabels } = config;
  const others = unless
    ? open.filter(({ id, labels }) => id !== row.alert && matches(unless, decode<Record<string, string>>(labels)))
    : [];
  return {
    state: row.state as 'waiting' | 'awaiting_approval',
    firing: open.some(({ id }) => id === row.alert),
    approvedBy: row.approvedBy,
    policy: {
      ...{ approval, dryRun, minimumLabels, cooldownMs: durationMs(cooldown) },
      budget: { most: budget.most, perMs: durationMs(budget.per) },
    },
    past: past.map(({ dryRun: dry, state, ...rest }) => ({ ...rest, state: state as ActionState, dryRun: dry === 1 })),
    busy: running !== undefined,
    forbidding: [...new Set(others.map(({ rule }) => rule))],
  };
}

/** Predictions whose label came since the champion serves. */
export async function labelsSince(ctx: Pick<Context, 'store' | 'warehouse'>, model: ModelConfig): Promise<number> {
  const champion = await championOf(ctx.store.db, model.name);
  const since = champion?.served.findLast(({ to }) => to === null)?.from ?? champion?.createdAt;
  const [row] = await ctx.warehouse.query<{ n: number }>(
    `SELECT uniqExact(id) AS n FROM ${labelsTable(model)} WHERE received >= {since:${INSTANT}}`,
    { since: instant(since === undefined ? 0 : Date.parse(since)) },
    'actions/labels',
  );
  return row?.n ?? 0;
}

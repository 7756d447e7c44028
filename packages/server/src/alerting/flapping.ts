import type { ModelConfig } from '@leeway/contract';
import type { StoreTx } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import { type Changes, changesWithin, flapPolicy, isFlapping, steadyAt } from './decide/flapping.ts';
import type { AlertRow } from './rows.ts';

/** How an instance of a rule comes and goes. */
export interface Flapping {
  changes: number;
  windows: number;
  /** When it is steady if it stays as it is now. */
  steadyAt: number | null;
}

/** Names the instance of a rule that an alert is an episode of. */
export const instanceOf = ({ model, rule, instance }: Pick<AlertRow, 'model' | 'rule' | 'instance'>): string =>
  JSON.stringify([model, rule, instance]);

/**
 * Which instances of these alerts flap now, by `instanceOf`; `alerts.flapping` is brought up to date. It is counted from the
 * history of all episodes, so whoever asks at one time gets one answer.
 */
export async function readFlapping(
  ctx: AlertingContext,
  tx: StoreTx,
  alerts: readonly AlertRow[],
): Promise<ReadonlyMap<string, Flapping>> {
  const now = ctx.clock.now();
  const models = new Map(ctx.config().models.map((model) => [model.name, model]));
  const found = new Map<string, Flapping>();
  const known = await changesOf(tx, alerts, now);
  for (const [instance, { was, alert, changes }] of known) {
    const policy = flapPolicy(ruleOf(models.get(alert.model), alert.rule)?.flapping);
    const flaps = policy !== null && isFlapping(was, changes, policy, now);
    if (flaps) {
      const { windows } = policy;
      found.set(instance, {
        changes: changesWithin(changes, policy, now),
        windows,
        steadyAt: steadyAt(changes, policy),
      });
    }
    const flag = flaps ? 1 : 0;
    if (flaps === was && alert.flapping === flag) continue;
    // Of those that are over only the mark is taken away: it has to be known that it was there.
    await tx
      .updateTable('alerts')
      .set({ flapping: flag })
      .where('model', '=', alert.model)
      .where('rule', '=', alert.rule)
      .where('instance', '=', alert.instance)
      .where((e) => e.or([e('state', '<>', 'resolved'), e('id', '=', alert.id), e('flapping', '>', flag)]))
      .execute();
    if (flaps !== was) {
      const { id, model, rule, state } = alert;
      await ctx.events.emit(tx, 'alert.changed', model, { alert: id, rule, state });
    }
  }
  return found;
}

const ruleOf = (model: ModelConfig | undefined, name: string) => model?.rules.find((rule) => rule.name === name);

interface Known {
  /** Whether any of its episodes was marked. */
  was: boolean;
  /** The newest of the alerts asked about. */
  alert: AlertRow;
  changes: Changes;
}

async function changesOf(tx: StoreTx, alerts: readonly AlertRow[], now: number): Promise<Map<string, Known>> {
  const known = new Map<string, Known & { changes: { at: number[]; windowMs: number } }>();
  for (const alert of alerts) {
    const old = known.get(instanceOf(alert));
    const windowMs = Math.max(1, alert.windowEnd - alert.windowStart);
    if (!old) known.set(instanceOf(alert), { was: alert.flapping === 1, alert, changes: { at: [], windowMs } });
    else {
      old.was ||= alert.flapping === 1;
      if (alert.activeAt > old.alert.activeAt) old.alert = alert;
    }
  }
  const ids = [...known.values()].map(({ alert }) => alert.id);
  const longest = Math.max(0, ...[...known.values()].map(({ changes }) => changes.windowMs));
  for (let i = 0; i < ids.length; i += 500) {
    const rows = await tx
      .selectFrom('alerts as a')
      .innerJoin('alerts as b', (join) =>
        join.onRef('b.model', '=', 'a.model').onRef('b.rule', '=', 'a.rule').onRef('b.instance', '=', 'a.instance'),
      )
      .innerJoin('alertHistory as h', 'h.alert', 'b.id')
      .select(['a.model', 'a.rule', 'a.instance', 'b.flapping', 'h.at'])
      .where('a.id', 'in', ids.slice(i, i + 500))
      .where('h.at', '>', now - 1_000 * longest) // a policy looks back on so many windows at most
      .whereRef('h.fromState', '<>', 'h.toState')
      .where((e) =>
        e.or([
          e('h.toState', '=', 'resolved'),
          e.and([e('h.toState', '=', 'firing'), e('h.fromState', '<>', 'recovering')]),
        ]),
      )
      .execute();
    for (const row of rows) {
      const one = known.get(instanceOf(row));
      one?.changes.at.push(row.at);
      if (one && row.flapping === 1) one.was = true;
    }
  }
  return known;
}

import { decode, encode } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import type { AlertFiringHook, AlertingContext } from './context.ts';
import type { Evaluated } from './decide/evaluate-window.ts';
import { fingerprint } from './decide/fingerprint.ts';
import type { Route } from './decide/match-route.ts';
import { type AlertSeverity, isWorse } from './decide/window-cost.ts';
import { alertId, costText, describeAlert, type JudgedWindow, revisionText, stillText } from './describe-alert.ts';
import { joinGroups, wakeGroupsOf } from './groups.ts';
import { activeMutings } from './mutings.ts';
import { startEscalations } from './oncall/escalations.ts';
import { type AlertRow, type Evidence, toAlert } from './rows.ts';

/** What becomes of an alert. */
interface Change {
  old: AlertRow | undefined;
  row: AlertRow;
  /** Nobody was told of it, and it is over: it leaves nothing behind. */
  gone?: boolean;
  history: { fromState: string; toState: string; why: string }[];
  /** Whether something changed that a page shows. */
  changed: boolean;
  /** Whether it fires now and did not before. */
  fired?: boolean;
  /** Whether it fired before, and its severity has risen. */
  worse?: boolean;
  /** Whether its groups have to look at it again. */
  wake?: boolean;
}

/** An alert that is to end. */
export interface Ending {
  id: string;
  why: string;
  noData: boolean;
  /** Whether labels that came late have ended it. */
  revised?: boolean;
}

const CHUNK = 200;

/** Writes the alerts of all instances that were judged over a window: those that are open after it, and those that it ends. */
export async function writeEpisodes(
  ctx: AlertingContext,
  tx: StoreTx,
  root: Route,
  hooks: readonly AlertFiringHook[],
  window: JudgedWindow,
  evaluated: readonly Evaluated[],
): Promise<void> {
  const now = ctx.clock.now();
  const idOf = ({ rule, instance }: Evaluated, since: number) =>
    alertId(window.model.name, rule.name, instance, fingerprint(rule), since);
  const open = evaluated.flatMap((result) =>
    result.after.alert === null ? [] : [{ id: idOf(result, result.after.alert), result }],
  );
  const over = evaluated.flatMap((result): Ending[] => {
    const { before, after, judgement, revised } = result;
    if (!before || before.alert === null || after.alert !== null) return [];
    const text = revisionText(window, result);
    const why = text === null ? judgement.why : `${text}: retracted`;
    return [{ id: idOf(result, before.alert), why, noData: after.current.noData, revised: revised !== null }];
  });
  const known = await readAlerts(
    tx,
    [...open, ...over].map(({ id }) => id),
  );
  const changes = [
    ...open.map(({ id, result }) => openChange(id, window, result, known.get(id), now)),
    ...over.flatMap((ending) => endChange(ending, known.get(ending.id), now)),
  ];
  await write(ctx, tx, root, changes);
  const begun = changes.filter(({ fired, worse }) => fired || worse);
  if (begun.length === 0) return;
  const mutings = await activeMutings(ctx, tx, now, [window.model.name]);
  for (const { row, fired } of begun) {
    const alert = toAlert(row, mutings, now);
    if (!fired) await startEscalations(ctx, tx, alert, { again: false });
    else for (const hook of hooks) await hook(tx, alert);
  }
}

/** Ends alerts. One that never fired leaves nothing behind. */
export async function endEpisodes(
  ctx: AlertingContext,
  tx: StoreTx,
  root: Route,
  endings: readonly Ending[],
): Promise<void> {
  const known = await readAlerts(
    tx,
    endings.map(({ id }) => id),
  );
  const now = ctx.clock.now();
  await write(
    ctx,
    tx,
    root,
    endings.flatMap((ending) => endChange(ending, known.get(ending.id), now)),
  );
}

function openChange(
  id: string,
  window: JudgedWindow,
  result: Evaluated,
  old: AlertRow | undefined,
  now: number,
): Change {
  const { status, noData } = result.after.current;
  const fires = status !== 'pending';
  const row: AlertRow = {
    ...describeAlert(id, window, result, old, now),
    state: status,
    noData: noData ? 1 : 0,
    firedAt: fires ? (old?.firedAt ?? now) : (old?.firedAt ?? null),
    resolvedAt: null,
  };
  const was = old?.state ?? 'inactive';
  const didFire = was === 'firing' || was === 'recovering';
  const revised = revisionText(window, result);
  const history: Change['history'] = [];
  if (was !== status) {
    const why = revised === null ? result.judgement.why : `${revised}: ${result.judgement.why}`;
    history.push({ fromState: was, toState: status, why });
  } else if (revised !== null) {
    history.push({ fromState: was, toState: status, why: `${revised}: ${stillText(result)}` });
  }
  const rises =
    old !== undefined &&
    typeof result.rule.severity !== 'string' &&
    isWorse(row.severity as AlertSeverity, old.severity as AlertSeverity);
  if (rises) {
    const why = `the severity rose from ${old.severity} to ${row.severity}: ${costText(result, row.cost)}`;
    history.push({ fromState: status, toState: status, why });
  }
  const shown = old && (old.noData !== row.noData || old.certainty !== row.certainty);
  return {
    old,
    row,
    history,
    changed: history.length > 0 || shown === true,
    fired: fires && !didFire,
    worse: rises && fires,
    // Fewer breaches after a revision than before: what was announced is taken back. And one that fires again may still be
    // a member whose end was not told yet.
    wake: (didFire && !fires) || (old !== undefined && fires && !didFire) || (rises && fires),
  };
}

function endChange({ id, why, noData, revised }: Ending, old: AlertRow | undefined, now: number): Change[] {
  if (!old || old.id !== id || old.state === 'resolved') return [];
  if (old.firedAt === null)
    return [{ old, row: { ...old, state: 'inactive' }, gone: true, history: [], changed: true }];
  const evidence = encode<unknown>({ ...decode<Evidence>(old.evidence as string), why });
  const certainty = revised ? 'revised' : old.certainty;
  const row: AlertRow = { ...old, state: 'resolved', resolvedAt: now, noData: noData ? 1 : 0, evidence, certainty };
  return [{ old, row, history: [{ fromState: old.state, toState: 'resolved', why }], changed: true, wake: true }];
}

async function readAlerts(tx: StoreTx, ids: readonly string[]): Promise<Map<string, AlertRow>> {
  const found = new Map<string, AlertRow>();
  for (const some of chunks(ids)) {
    const rows = await tx.selectFrom('alerts').selectAll().where('id', 'in', some).execute();
    for (const row of rows) found.set(row.id, row);
  }
  return found;
}

async function write(ctx: AlertingContext, tx: StoreTx, root: Route, changes: readonly Change[]): Promise<void> {
  const at = ctx.clock.now();
  const kept = changes.filter(({ gone }) => !gone);
  for (const some of chunks(changes.filter(({ gone }) => gone).map(({ row }) => row.id))) {
    await tx.deleteFrom('alertHistory').where('alert', 'in', some).execute();
    await tx.deleteFrom('alerts').where('id', 'in', some).execute();
  }
  for (const some of chunks(kept)) {
    const columns = Object.keys(some[0]!.row).filter((name) => name !== 'id') as (keyof AlertRow)[];
    await tx
      .insertInto('alerts')
      .values(some.map(({ row }) => row))
      .onConflict((c) =>
        c
          .column('id')
          .doUpdateSet((e) => Object.fromEntries(columns.map((name) => [name, e.ref(`excluded.${name}`)])) as object),
      )
      .execute();
  }
  const history = kept.flatMap(({ row, history }) => history.map((entry) => ({ alert: row.id, at, ...entry })));
  for (const some of chunks(history)) await tx.insertInto('alertHistory').values(some).execute();
  const events = changes.filter(({ changed }) => changed);
  await ctx.events.emitAll(
    tx,
    'alert.changed',
    events.map(({ row: { id, model, rule, state } }) => ({ model, data: { alert: id, rule, state } })),
  );
  const firing = kept.filter(({ row }) => row.state === 'firing' || row.state === 'recovering');
  if (firing.length > 0) {
    const members = firing.map(({ row }) => ({ id: row.id, labels: decode<Record<string, string>>(row.labels) }));
    await joinGroups(ctx, tx, root, members);
  }
  for (const { row, wake } of kept) if (wake) await wakeGroupsOf(ctx, tx, root, row.id);
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK));
}

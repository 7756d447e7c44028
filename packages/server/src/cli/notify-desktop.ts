import type { Alert, AlertDetail, Event } from '@leeway/contract';
import type { Api } from './api.ts';
import { type Command, type Notice, noticeCommand, runProgram } from './desktop-programs.ts';
import { followEvents } from './event-stream.ts';
import { note, print } from './io.ts';

const RANK = { info: 0, warning: 1, critical: 2 } as const;
const URGENCY = { info: 'low', warning: 'normal', critical: 'critical' } as const;
/** More at once are told in one. */
const MOST_AT_ONCE = 4;
/** Beyond this the list of alerts is asked for, and not each of them. */
const MOST_ASKED = 20;

export interface NotifyOptions {
  /** The lowest that is shown. */
  severity: Alert['severity'];
  model?: string | undefined;
  json?: boolean | undefined;
  signal: AbortSignal;
  platform?: NodeJS.Platform;
  run?: (command: Command) => Promise<string>;
  firstWaitMs?: number;
}

/**
 * What an alert says on the desktop: that it fires, or fires worse, once; and that it is over, if it was shown. `shown` holds the
 * severity of what is shown, by id of the alert.
 */
export function decideNotice(
  alert: Alert,
  shown: ReadonlyMap<string, Alert['severity']>,
  { severity, model }: Pick<NotifyOptions, 'severity' | 'model'>,
): Notice | null {
  const before = shown.get(alert.id);
  const what = { key: alert.id, body: [alert.summary, alert.cause?.summary].filter(Boolean).join('\n') };
  if (alert.state === 'resolved') {
    if (before === undefined) return null;
    return { ...what, urgency: 'low', title: `Resolved: ${alert.model} ${alert.rule}` };
  }
  const wanted = RANK[alert.severity] >= RANK[severity] && (model === undefined || alert.model === model);
  if (alert.state !== 'firing' || !wanted || alert.muted !== null) return null;
  if (before !== undefined && RANK[before] >= RANK[alert.severity]) return null;
  const word = { critical: 'Critical', warning: 'Warning', info: 'Info' }[alert.severity];
  return { ...what, urgency: URGENCY[alert.severity], title: `${word}: ${alert.model} ${alert.rule}` };
}

/** Many notices are told in one, the most urgent of them first. */
export function gatherNotices(notices: readonly Notice[]): Notice[] {
  if (notices.length <= MOST_AT_ONCE) return [...notices];
  const order = ['critical', 'normal', 'low'];
  const sorted = notices.toSorted((a, b) => order.indexOf(a.urgency) - order.indexOf(b.urgency));
  const [worst] = sorted;
  const titles = sorted.slice(0, 3).map(({ title }) => title);
  return [
    {
      key: 'many',
      urgency: worst?.urgency ?? 'normal',
      title: `${notices.length} alerts changed`,
      body: [...titles, `+ ${notices.length - titles.length} more`].join('\n'),
    },
  ];
}

/** Shows alerts until Ctrl-C. */
export async function notifyUntilStopped(
  api: Api,
  options: Pick<NotifyOptions, 'severity' | 'model' | 'json'>,
): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  note('showing alerts on this desktop; Ctrl-C ends it');
  await notifyDesktop(api, { ...options, signal: stop.signal });
}

/** Shows alerts on this desktop for as long as the signal lets it. */
export async function notifyDesktop(api: Api, options: NotifyOptions): Promise<void> {
  const { json = false, signal, platform = process.platform, run = runProgram, firstWaitMs } = options;
  const shown = new Map<string, Alert['severity']>();
  const printed = new Map<string, string>();
  const changed = new Set<string>();
  let working: Promise<void> | undefined;

  const show = async (notice: Notice) => {
    const said = await run(noticeCommand(platform, notice, printed.get(notice.key)));
    printed.set(notice.key, said);
    print(json ? JSON.stringify(notice) : `${notice.title}: ${notice.body.split('\n')[0]}`);
  };
  const tell = async (alerts: readonly Alert[]) => {
    const notices: Notice[] = [];
    for (const alert of alerts) {
      const notice = decideNotice(alert, shown, options);
      if (!notice) continue;
      notices.push(notice);
      if (alert.state === 'resolved') shown.delete(alert.id);
      else shown.set(alert.id, alert.severity);
    }
    for (const notice of gatherNotices(notices)) {
      await show(notice).catch((error: Error) => note(`the notification could not be shown: ${error.message}`));
    }
  };
  const firing = async () => (await api.get<{ alerts: Alert[] }>('/alerts', { state: 'firing' })).alerts;
  const ask = async (ids: readonly string[]): Promise<Alert[]> => {
    if (ids.length > MOST_ASKED) {
      const now = await firing();
      const over = [...shown.keys()].filter((id) => !now.some((alert) => alert.id === id)).slice(0, MOST_ASKED);
      return [...now, ...(await ask(over))];
    }
    const found = await Promise.all(
      ids.map((id) => api.get<AlertDetail>(`/alerts/${encodeURIComponent(id)}`).catch(() => null)),
    );
    return found.flatMap((detail) => (detail ? [detail.alert] : []));
  };
  /** One at a time; what changes meanwhile is told together after it. */
  const work = async () => {
    while (changed.size > 0 && !signal.aborted) {
      const ids = [...changed];
      changed.clear();
      await ask(ids)
        .then(tell)
        .catch((error: Error) => note(error.message));
    }
    working = undefined;
  };

  await followEvents(api, {
    signal,
    ...(firstWaitMs !== undefined && { firstWaitMs }),
    // What fires already is told too, and what ended while nobody listened.
    async onOpen() {
      for (const id of [...shown.keys(), ...(await firing()).map((alert) => alert.id)]) changed.add(id);
      working ??= work();
    },
    onEvent({ name, data }: Event) {
      if (name !== 'alert.changed' || typeof data['alert'] !== 'string') return;
      changed.add(data['alert']);
      working ??= work();
    },
    onBreak: (why, waitMs) => note(`${why}; trying again in ${Math.round(waitMs / 1000)} s`),
  });
  await working;
}

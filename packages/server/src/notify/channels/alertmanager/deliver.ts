import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { baseOf, basicAuth, tryJson } from '../../try-call.ts';
import type { alertmanagerOptions } from './index.ts';
import { renderAlerts } from './render.ts';

type Options = z.infer<typeof alertmanagerOptions>;

/**
 * Tells every member: they share silences and what was sent, but not alerts. One that took it is enough, since each of them
 * notifies; who did not is said.
 */
export async function deliverToAlertmanager(message: Message, options: Options, io: ChannelIo): Promise<Outcome> {
  if (message.status === 'note') return { outcome: 'sent', note: 'it is no alert; Alertmanager was told nothing' };
  const { alerts, receipt } = renderAlerts(message, options, io.clock.now(), io.receipt ?? {});
  const { user, password, token } = options;
  const authorization = token ? `Bearer ${token}` : user && basicAuth(user, password ?? '');
  const headers = authorization ? { authorization } : {};
  const calls = await Promise.all(
    options.urls.map((url) => tryJson(io, `${baseOf(url)}/api/v2/alerts`, alerts, { headers })),
  );
  const outcomes = calls.map(({ outcome }) => outcome);
  const failures = outcomes.flatMap((outcome) => (outcome.outcome === 'sent' ? [] : [outcome]));
  if (failures.length === outcomes.length) {
    return failures.find(({ outcome }) => outcome === 'retry') ?? (failures[0] as Outcome);
  }
  const note = `${failures.length} of ${outcomes.length} members did not take it: ${failures[0]?.detail}`;
  return { outcome: 'sent', receipt, ...(failures.length > 0 && { note }) };
}

import type { ChannelHealth } from '@leeway/contract';

/** What is looked at to tell whether alerting itself works. Times in milliseconds since 1970. */
export interface AlertingFacts {
  channels: readonly ChannelHealth[];
  /** Since when this process has been at work without a break: nothing was late to it before. */
  awakeSince: number;
  /** When the oldest job fell due that nobody has begun, sending apart; null if there is none. */
  oldestDueAt: number | null;
  /** Jobs that were put aside in the last day because every try of them had failed, by kind. */
  deadJobs: Readonly<Record<string, number>>;
}

export interface BrokenPolicy {
  /** How long a channel may fail, in milliseconds. */
  failingMs: number;
  /** How long a message or a job may wait, in milliseconds. */
  lateMs: number;
}

export interface Broken {
  /** The same as long as it is the same trouble: `channel:NAME`, `evaluation` or `jobs`. */
  about: string;
  /** The channel that it is about, which is not the one to tell of it. */
  channel: string | null;
  summary: string;
}

/** What of alerting is broken, in words; nothing if all is well. */
export function decideBroken(facts: AlertingFacts, { failingMs, lateMs }: BrokenPolicy, now: number): Broken[] {
  const broken: Broken[] = [];
  for (const channel of facts.channels) {
    const why = whyChannelBroken(channel, failingMs, lateMs, now, facts.awakeSince);
    if (why) broken.push({ about: `channel:${channel.name}`, channel: channel.name, summary: why });
  }
  const lateFor = facts.oldestDueAt === null ? 0 : now - Math.max(facts.oldestDueAt, facts.awakeSince);
  if (lateFor >= lateMs) {
    const summary = `rules are not evaluated: work that was due ${minutes(lateFor)} ago has not begun`;
    broken.push({ about: 'evaluation', channel: null, summary });
  }
  const dead = Object.entries(facts.deadJobs).filter(([, count]) => count > 0);
  if (dead.length > 0) {
    const list = dead.map(([kind, count]) => `${count} of ${kind}`).join(', ');
    broken.push({ about: 'jobs', channel: null, summary: `jobs failed for good in the last day: ${list}` });
  }
  return broken;
}

function whyChannelBroken(
  channel: ChannelHealth,
  failingMs: number,
  lateMs: number,
  now: number,
  awakeSince: number,
): string | null {
  const since = (at: string | null) => (at === null ? 0 : now - Date.parse(at));
  const { name, state, disabledReason, failures, failingSince, lastError, oldestQueuedAt, queued } = channel;
  if (state === 'disabled') return `channel ${name} is disabled: ${disabledReason}`;
  if (failures > 0 && since(failingSince) >= failingMs) {
    return `channel ${name} has been failing for ${minutes(since(failingSince))}: ${lastError}`;
  }
  // What rests because the service asked for it waits longer than usual, and no longer than that.
  const waits = Math.min(since(oldestQueuedAt), now - awakeSince);
  if (state !== 'paused' && waits >= lateMs) {
    return `channel ${name}: ${queued} messages wait, the oldest for ${minutes(waits)}`;
  }
  return null;
}

const minutes = (ms: number): string => `${Math.floor(ms / 60_000)} min`;

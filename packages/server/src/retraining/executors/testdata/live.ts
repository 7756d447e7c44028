import { createHash, randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import type { ExecutorContext, LogPage, Look, Ticket } from '../executor.ts';
import { contextOf, ticket } from './tickets.ts';

// For tests with a real peer: time is real, and a peer may know the trainings of former tests.

export const liveContext = (): ExecutorContext => ({ ...contextOf(), clock: systemClock });

/** A training of its own, with a key that no test before has had. */
export function keyed(name: string): Ticket {
  const key = `lw-${createHash('sha256').update(`${name} ${randomUUID()}`).digest('hex').slice(0, 24)}`;
  const now = Date.now();
  return {
    ...ticket,
    key,
    env: { ...ticket.env, LEEWAY_TRAINING: key },
    createdAt: now,
    deadline: now + 600_000,
  };
}

const OVER = ['succeeded', 'failed', 'cancelled', 'timed_out', 'skipped'];

/** Looks until the training has ended, or is in the state that is waited for. */
export async function followed(look: () => Promise<Look>, until?: Look['state']): Promise<Look> {
  return vi.waitFor(
    async () => {
      const found = await look();
      expect(until === undefined ? OVER : [until, ...OVER]).toContain(found.state);
      if (until !== undefined) expect(found.state).toBe(until);
      return found;
    },
    { timeout: 120_000, interval: 300 },
  );
}

/** All lines that there are, page after page. */
export async function linesOf(page: (cursor: string | null) => Promise<LogPage>): Promise<string[]> {
  const lines: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const read = await page(cursor);
    if (read.lines.length === 0) return lines;
    lines.push(...read.lines);
    ({ cursor } = read);
  }
}

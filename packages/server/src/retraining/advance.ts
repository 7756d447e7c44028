import type { ExecutionState } from '@leeway/contract';
import type { z } from 'zod';
import { redact, secretsOf } from '../notify/secret.ts';
import { OutboundError } from '../platform/outbound.ts';
import { decode, encode } from '../store/json.ts';
import type { RetrainingContext } from './context.ts';
import { type Heard, hasEnded, type Known, nextExecution, type Times } from './decide/next-execution.ts';
import { changeExecution, type ExecutionRow } from './executions.ts';
import { type Executor, type ExecutorContext, ExecutorError, type Handle, type Ticket } from './executors/executor.ts';

const MOST_LINES = 200;
const MOST_LINE_LENGTH = 2_000;
/** Pages of a log that are read at one look. */
const MOST_PAGES = 20;

/** A training with all that one needs to move it on. */
export interface Moving {
  row: ExecutionRow;
  model: string;
  executor: Executor;
  options: never;
  /** What is told to the trainer; only made where it is to begin. */
  ticket: () => Promise<Ticket>;
  /** What the trainer left behind as its metrics; asked when it has ended well. */
  metrics: () => Promise<Record<string, number | null>>;
  stop: Times['stop'];
}

/**
 * Moves a training on by one step: begins it, looks where it stands, or asks it to end. What was heard is written down at
 * once. Returns after how many milliseconds it is looked at again, or null when it has ended.
 */
export async function advance(ctx: RetrainingContext, moving: Moving, signal: AbortSignal): Promise<number | null> {
  const { executor, model, stop } = moving;
  const { row, heard } = await ask(ctx, moving, signal);
  const known: Known = {
    state: row.state as ExecutionState,
    begun: row.handle !== null,
    attempts: row.attempts,
    troubleSince: row.troubleSince,
    cancelAskedAt: row.cancelAskedAt,
  };
  const now = ctx.clock.now();
  const { change, waitMs } = nextExecution(known, heard, { now, stop, pollMs: executor.pollMs });
  const secrets = secretsOfOptions(moving);
  const clean = (text: string | null | undefined) => (text ? redact(text, secrets) : (text ?? null));
  const ended = hasEnded(change.state);
  const begun = heard.of === 'start' ? heard.started : null;
  const look = heard.of === 'look' ? heard.look : null;
  const log = row.handle === null ? {} : await readLog(ctx, moving, row, signal);
  await changeExecution(ctx, row, model, {
    ...change,
    ...('reason' in change ? { reason: clean(change.reason) } : {}),
    ...('trouble' in change ? { trouble: clean(change.trouble) } : {}),
    ...(begun && { handle: encode(begun.handle), nativeId: begun.nativeId, url: begun.url }),
    ...(look?.handle && { handle: encode({ ...decode<Handle>(row.handle!), ...look.handle }) }),
    ...(look?.url && { url: look.url }),
    // A program of this machine runs as soon as it was begun; elsewhere it may wait in a queue.
    ...(row.startedAt === null && (change.state === 'running' || (begun && !executor.remote))
      ? { startedAt: now }
      : {}),
    ...(ended ? { endedAt: now } : {}),
    ...(change.state === 'succeeded'
      ? { metrics: encode(await moving.metrics()), ...(row.progress === null ? {} : { progress: 1 }) }
      : {}),
    ...log,
  });
  return ended ? null : waitMs;
}

/** Asks the executor what is to be asked next. */
async function ask(
  ctx: RetrainingContext,
  { row, executor, options, ticket, stop }: Moving,
  signal: AbortSignal,
): Promise<{ row: ExecutionRow; heard: Heard }> {
  const io: ExecutorContext = { clock: ctx.clock, log: ctx.log, outbound: ctx.outbound, signal };
  if (row.handle === null && stop) return { row, heard: { of: 'nothing' } };
  let current = row;
  try {
    if (row.handle === null) {
      // Before the call: whoever comes after a crash knows that it may have been made.
      current = { ...row, attempts: row.attempts + 1 };
      await ctx.store.db
        .updateTable('executions')
        .set({ attempts: current.attempts })
        .where('id', '=', row.id)
        .execute();
      const started = await executor.start(io, options, { ...(await ticket()), attempt: current.attempts });
      return { row: current, heard: { of: 'start', started } };
    }
    const handle = decode<Handle>(row.handle);
    const given = await ticket();
    if (stop) {
      const asked = row.cancelAskedAt ?? ctx.clock.now();
      current = { ...row, cancelAskedAt: asked };
      await ctx.store.db.updateTable('executions').set({ cancelAskedAt: asked }).where('id', '=', row.id).execute();
      await executor.cancel(io, options, handle, given);
    }
    return { row: current, heard: { of: 'look', look: await executor.look(io, options, handle, given) } };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { row: current, heard: troubleOf(error) };
  }
}

function troubleOf(error: unknown): Heard {
  if (error instanceof ExecutorError) {
    return { of: 'trouble', trouble: error.trouble, message: error.message, retryAfterMs: error.retryAfterMs };
  }
  // An address that may not be called, or a mistake of ours: neither gets better by trying, but it may be mended meanwhile.
  const message = error instanceof Error ? error.message : String(error);
  const trouble = error instanceof OutboundError ? 'transient' : 'refused';
  return { of: 'trouble', trouble, message, retryAfterMs: null };
}

/** What was written since the last look, with what was kept before; quietly nothing where the log cannot be had. */
async function readLog(
  ctx: RetrainingContext,
  moving: Moving,
  row: ExecutionRow,
  signal: AbortSignal,
): Promise<Partial<Pick<ExecutionRow, 'log' | 'logCursor'>>> {
  const { executor, options } = moving;
  if (!executor.logs) return {};
  const io: ExecutorContext = { clock: ctx.clock, log: ctx.log, outbound: ctx.outbound, signal };
  let cursor = row.logCursor;
  const lines: string[] = [];
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const next = await executor.logs(io, options, decode<Handle>(row.handle!), cursor);
      lines.push(...next.lines);
      if (next.cursor === cursor || next.lines.length === 0) break;
      cursor = next.cursor;
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    ctx.log.debug({ err: error, training: row.id }, 'the log could not be read');
  }
  if (cursor === row.logCursor) return {};
  return { log: withLines(row.log, lines, secretsOfOptions(moving)), logCursor: cursor };
}

/** A log with further lines: the last ones of all, without secrets. */
export function withLines(log: string, lines: readonly string[], secrets: readonly string[]): string {
  const clean = lines.map((line) => redact(line.slice(0, MOST_LINE_LENGTH), [...secrets]));
  return [...(log === '' ? [] : log.split('\n')), ...clean].slice(-MOST_LINES).join('\n');
}

function secretsOfOptions({ executor, options }: Pick<Moving, 'executor' | 'options'>): string[] {
  const marked = 'shape' in executor.options ? secretsOf(executor.options as z.ZodObject, options) : [];
  return [...marked, ...(executor.secrets?.(options) ?? [])];
}

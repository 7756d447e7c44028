import type { ExecutionState } from '@leeway/contract';
import type { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/log.ts';
import type { Outbound } from '../../platform/outbound.ts';

/** What every executor may use. */
export interface ExecutorContext {
  readonly clock: Clock;
  readonly log: Logger;
  /** The one way to call an address outside. */
  readonly outbound: Outbound;
  /** Aborted when the server stops or the step is taken away. */
  readonly signal: AbortSignal;
}

/** A training to begin. It was written down before anybody was asked to begin it. */
export interface Ticket {
  /**
   * Lower-case letters, digits and hyphens, 40 at most, beginning with a letter: the same for the same training, so that a
   * peer that takes a key is given this one, and one that takes none carries it as a tag, label or parameter.
   */
  readonly key: string;
  readonly run: string;
  readonly model: string;
  readonly trial: number;
  /** Why the model is trained anew, in a sentence. */
  readonly reason: string;
  /** The training contract: names such as LEEWAY_RUN_ID, and texts. Without secrets. */
  readonly env: Readonly<Record<string, string>>;
  /** LEEWAY_TOKEN, good for this training alone and until its time is up. */
  readonly token: string;
  /** Where a local trainer may note things down; it stays the same whoever follows the training. */
  readonly dir: string;
  /** 1 for the first try. From the second on, a former one may have begun the training: look for it by the key first. */
  readonly attempt: number;
  /** When it was first to begin, in milliseconds since 1970. */
  readonly createdAt: number;
  /** When its time is up. */
  readonly deadline: number;
}

/** What is kept to find a training again. */
export type Handle = Record<string, string>;

export interface Started {
  handle: Handle;
  /** What people call it at the peer, such as a run's number. */
  nativeId: string;
  /** Where a person can look at it. */
  url: string | null;
}

/** Where a training stands. */
export interface Look {
  state: ExecutionState;
  /** The peer's own word, never dropped. */
  native: string | null;
  /** Why, where the peer says so: of a failure, of a wait, of a state that nobody knows. */
  reason?: string | null;
  url?: string | null;
  /** What was not known when it began, such as the number of a build that waited in a queue. */
  handle?: Handle;
}

export interface LogPage {
  lines: string[];
  /** Where the next page begins; the same page again where nothing new has come. */
  cursor: string | null;
}

/**
 * A way to train: begins a training, looks where it stands and ends it. It keeps nothing in memory: another process may look
 * at what this one began. A new one is one folder with its testdata/kit.ts and one line in executors/index.ts; the suite in
 * executors.test.ts runs over every one.
 */
export interface Executor<O = never> {
  type: string;
  label: string;
  /** A sentence for lists and the reference. */
  description: string;
  /** Their output is `O`. */
  options: z.ZodType;
  /** Whether the trainer has its data over HTTP, since it sees none of our files. */
  remote: boolean;
  /** Whether several trainings may run at once. */
  parallel: boolean;
  /** Milliseconds between two looks; 0 where `look` itself waits until something changes. */
  pollMs: number;
  /** Options that the schema cannot mark as secret, such as some values of an environment. */
  secrets?(options: O): string[];
  /**
   * Begins the training of the ticket, or finds the one that a former try began: twice gives one training.
   * @throws ExecutorError
   */
  start(ctx: ExecutorContext, options: O, ticket: Ticket): Promise<Started>;
  /** @throws ExecutorError, with `gone` where the peer does not know it any more. */
  look(ctx: ExecutorContext, options: O, handle: Handle, ticket: Ticket): Promise<Look>;
  /** Asks that it end. To be repeated until a look says that it has; asking what has ended does nothing. */
  cancel(ctx: ExecutorContext, options: O, handle: Handle, ticket: Ticket): Promise<void>;
  /** Lines that it wrote since the cursor; null for the first page. */
  logs?(ctx: ExecutorContext, options: O, handle: Handle, cursor: string | null): Promise<LogPage>;
}

/**
 * - `transient`: the peer cannot be reached or is busy, and maybe it has begun the training all the same: try again.
 * - `auth`: it does not know us any more: try again for a while, since tokens are renewed, and tell people.
 * - `refused`: it will not do this, whatever is tried: an unknown workflow, wrong parameters, a paused DAG.
 * - `gone`: it has no such training (any more).
 */
export type ExecutorTrouble = 'transient' | 'auth' | 'refused' | 'gone';

export class ExecutorError extends Error {
  readonly trouble: ExecutorTrouble;
  /** Milliseconds that the peer asks to wait. */
  readonly retryAfterMs: number | null;
  constructor(trouble: ExecutorTrouble, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ExecutorError';
    this.trouble = trouble;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

export const defineExecutor = <O>(executor: Executor<O>): Executor<O> => executor;

import type { ExecutionState } from '@leeway/contract';

/**
 * What an executor brings for the suite that runs over all of them (executors.test.ts): the strictest fake of its peer that the
 * published description allows. It refuses unknown paths, methods, fields and missing credentials as the peer would.
 * Each folder of an executor of another system has a `testdata/kit.ts` that exports `kit: ExecutorKit`. Over HTTP,
 * `startFake` of fake-http.ts brings a server with `failNext`, `answerNext` and `loseNextAnswer`.
 */
export interface ExecutorKit {
  type: string;
  /** Which way, where there are several: `testdata/kit.ts` may export `variants`, further kits of the same kind. */
  variant?: string;
  open(): Promise<FakePeer>;
  /** Every state that the peer knows, and what we call it. The suite sets each; `native` of a look has to contain its name. */
  states: Record<string, ExecutionState>;
  /** Whether the peer's own API can say that a training was cancelled; otherwise it looks failed. */
  cancelledAs: ExecutionState;
  /** Whether the peer keeps logs that can be had. */
  logs: boolean;
  /** The native state of a training that runs, where it is not the first one that we call running. */
  running?: string;
}

export interface FakePeer {
  /** Options under which the executor reaches the fake, with good credentials. */
  options: Record<string, unknown>;
  /** Trainings that exist at the peer. */
  runs(): number;
  /** The parameters or environment that the newest training was given, as the peer has them. */
  given(): Record<string, string>;
  /** The next start is taken and done, but its answer is lost. */
  loseNextAnswer(): void;
  /** The next call is answered by this status. */
  failNext(status: number): void;
  /** The next call is answered by status 200 and this body, which is not the peer's: the page of a proxy, or no end of bytes. */
  answerNext?(body: string): void;
  /** Puts the newest training into a state of the peer's own, one of `states` or one that nobody has heard of. */
  set(native: string): void;
  /** The newest training is deleted at the peer, as by its retention. */
  vanish(): void;
  /** From now on credentials are refused. */
  expireCredentials(expired: boolean): void;
  /** Whether the newest training was asked to end. */
  cancelled(): boolean;
  /** Lines that the newest training has written; where `logs`. */
  write?(lines: string[]): void;
  close(): Promise<void>;
}

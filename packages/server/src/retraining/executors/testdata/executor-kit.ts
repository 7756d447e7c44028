import type { ExecutionState } from '@leeway/contract';

/**
 * What an executor brings for the suite that runs over all of them: the strictest fake of its peer that the published
 * description allows. It refuses unknown paths, methods, fields and missing credentials as the peer would.
 */
export interface ExecutorKit {
  type: string;
  open(): Promise<FakePeer>;
  /** Every state that the peer knows, and what we call it. The suite sets each. */
  states: Record<string, ExecutionState>;
  /** Whether the peer's own API can say that a training was cancelled; otherwise it looks failed. */
  cancelledAs: ExecutionState;
  /** Whether the peer keeps logs that can be had. */
  logs: boolean;
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

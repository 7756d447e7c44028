/** What a local trainer is to run. */
export interface Program {
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  timeoutMs: number;
}

/** How it ended. */
export interface ProgramEnd {
  /** 0 is success; null when a signal ended it. */
  exitCode: number | null;
  signal: string | null;
  /** Why it was told to end, if it was. */
  stopped: 'cancelled' | 'timed_out' | null;
  /** Why it did not begin. */
  error: string | null;
}

/** Files in the folder of a local training. */
export const FILES = { claim: 'claim.json', program: 'program.json', log: 'log.txt', end: 'end.json' } as const;

export const MOST_LOG_BYTES = 16_777_216;

/** What the client takes from the world around it; a parameter, so that tests know what they get. */
export interface Environment {
  fetch: typeof fetch;
  /** From 0 up to 1. */
  random: () => number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Resolves after the time, or as soon as the signal says so. A wait holds the process only if asked to. */
  sleep: (ms: number, signal: AbortSignal | undefined, hold: boolean) => Promise<void>;
  newId: () => string;
}

export const systemEnvironment: Environment = {
  fetch: (input, init) => globalThis.fetch(input, init),
  random: Math.random,
  now: Date.now,
  sleep,
  newId,
};

function sleep(ms: number, signal: AbortSignal | undefined, hold: boolean): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    // In Node, a timer keeps the process alive unless it is told not to; in browsers there is no such thing.
    if (!hold) (timer as unknown as { unref?: () => void }).unref?.();
    if (signal?.aborted) done();
    else signal?.addEventListener('abort', done);
  });
}

/** 122 random bits or more; pages without TLS have no `crypto.randomUUID`. */
function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A variable of the process, where there is one. */
export function environmentVariable(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}

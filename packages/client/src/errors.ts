/** What can go wrong before or beside an answer of the server; its own codes are listed at docs/reference/errors.md. */
const REMEDIES = {
  unreachable: 'Is `leeway serve` running, and is `url` its address?',
  timeout: 'Look at the load of the server, or raise `timeoutMs`.',
  redirected:
    'Give the address that it points to as `url`; a redirect is not followed, since a token would go with it.',
  bad_answer: 'Is `url` the address of Leeway itself, and nothing in between that answers for it?',
  http_error: 'Look at the detail; it may come from something between the client and Leeway.',
  bad_option: 'Look at the options in the README of the client.',
  bad_row: 'A row is an object whose values JSON can hold.',
  rows_rejected: 'Mend what the messages name; the server keeps the rows in quarantine.',
  queue_full: 'Raise `maxQueuedRows`, or see why the server does not take the rows.',
  recorder_closed: 'Record before `close()`, and give `close()` the time that it needs.',
} as const;

export type ClientErrorCode = keyof typeof REMEDIES;

export interface LeewayClientErrorOptions {
  /** HTTP status of the answer; null where none came. */
  status?: number | null;
  remedy?: string;
  /** Milliseconds that the server wants to be left alone. */
  retryAfterMs?: number | null;
  /** Rows that the server refused, by their position in what was sent. */
  rejected?: readonly { row: number; code: string; message: string }[];
  requestId?: string | null;
  cause?: unknown;
}

/** Everything that the client reports is one of these. `code` is stable; `detail` says what happened, `remedy` what to do. */
export class LeewayClientError extends Error {
  /** A code of the server's catalogue, or one of the client's own. */
  readonly code: string;
  readonly status: number | null;
  readonly detail: string;
  readonly remedy: string;
  readonly retryAfterMs: number | null;
  readonly rejected: readonly { row: number; code: string; message: string }[];
  /** Under this id the server's log has the request. */
  readonly requestId: string | null;

  constructor(code: string, detail: string, options: LeewayClientErrorOptions = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LeewayClientError';
    this.code = code;
    this.detail = detail;
    this.status = options.status ?? null;
    this.remedy = options.remedy ?? REMEDIES[code as ClientErrorCode] ?? '';
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.rejected = options.rejected ?? [];
    this.requestId = options.requestId ?? null;
  }
}

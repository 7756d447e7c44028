import type { Environment } from './environment.ts';
import { LeewayClientError } from './errors.ts';
import { parseRetryAfter } from './retry.ts';

export interface Call {
  method: 'GET' | 'POST';
  /** Below the address of the server. */
  path: string;
  body?: string;
  contentType?: string;
  /** Whether the route takes gzip. */
  mayZip?: boolean;
  signal?: AbortSignal | undefined;
}

export interface Answer<T> {
  data: T;
  headers: Headers;
}

export interface TransportOptions {
  url: string;
  token: string | undefined;
  timeoutMs: number;
  gzip: boolean;
}

/** Below this many characters, packing costs more than it saves. */
const WORTH_ZIPPING = 16_384;

/** One request and its answer; whatever goes wrong comes out as a LeewayClientError, but a caller's own abort as it is. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #environment: Environment;

  constructor(options: TransportOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
  }

  async request<T>(call: Call): Promise<Answer<T>> {
    const { url, token, timeoutMs } = this.#options;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json';
    const body = await this.#pack(call, headers);
    const deadline = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await this.#environment.fetch(url + call.path, {
        method: call.method,
        headers,
        redirect: 'manual',
        signal: call.signal ? AbortSignal.any([call.signal, deadline]) : deadline,
        ...(body === undefined ? {} : { body }),
      });
      text = await response.text();
    } catch (cause) {
      if (call.signal?.aborted) throw call.signal.reason;
      if (deadline.aborted)
        throw new LeewayClientError('timeout', `${url}: no answer within ${timeoutMs} ms`, { cause });
      throw new LeewayClientError('unreachable', `${url}: ${reasonOf(cause)}`, { cause });
    }
    if (response.ok) return { data: parseAnswer<T>(response, text), headers: response.headers };
    throw this.#failure(response, text);
  }

  async #pack(call: Call, headers: Record<string, string>): Promise<BodyInit | undefined> {
    const { body } = call;
    if (!call.mayZip || !this.#options.gzip || body === undefined || body.length < WORTH_ZIPPING) return body;
    if (typeof CompressionStream === 'undefined') return body;
    headers['content-encoding'] = 'gzip';
    return new Response(new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
  }

  #failure(response: Response, text: string): LeewayClientError {
    const { status } = response;
    const requestId = response.headers.get('x-request-id');
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      const to = response.headers.get('location') ?? 'another address';
      return new LeewayClientError('redirected', `${this.#options.url} points to ${to}`, { status, requestId });
    }
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), this.#environment.now());
    const problem = parseObject(text);
    if (typeof problem['code'] === 'string') {
      const detail = String(problem['detail'] ?? problem['title'] ?? `the server answered ${status}`);
      const remedy = String(problem['remedy'] ?? '');
      return new LeewayClientError(problem['code'], detail, { status, remedy, retryAfterMs, requestId });
    }
    // The Open Inference Protocol has {error}; what stands in between may answer anything.
    const detail = typeof problem['error'] === 'string' ? problem['error'] : `the server answered ${status}`;
    return new LeewayClientError('http_error', detail, { status, retryAfterMs, requestId });
  }
}

function parseAnswer<T>(response: Response, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    const detail = `expected JSON, got ${JSON.stringify(text.slice(0, 60))}`;
    throw new LeewayClientError('bad_answer', detail, { status: response.status, cause });
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Node's fetch says "fetch failed" and keeps the reason in the cause. */
function reasonOf(thrown: unknown): string {
  const { cause } = thrown as { cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || (thrown instanceof Error ? thrown.message : String(thrown));
}

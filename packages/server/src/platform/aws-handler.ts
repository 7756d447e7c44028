import type { Outbound } from './outbound.ts';

/** What a client of AWS hands over, as far as it is needed here. */
interface HandlerRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/**
 * The `requestHandler` of a client of AWS: what it has signed goes out by our own way, so that its checks of addresses hold. For
 * services that speak JSON or XML; the answer is read up to 1 MB.
 */
export function awsHandler(outbound: Outbound, { signal, deadlineMs }: { signal: AbortSignal; deadlineMs: number }) {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: HandlerRequest) {
      // The length is counted, and the host written, when it is sent.
      const { host: _, 'content-length': __, ...headers } = request.headers;
      const { status, ...answer } = await outbound({
        url: urlOf(request),
        method: request.method as 'POST',
        headers,
        ...(request.body !== undefined && { body: textOf(request.body) }),
        mostBytes: 1_048_576,
        deadlineMs,
        signal,
      });
      return { response: { statusCode: status, headers: answer.headers, body: Buffer.from(answer.body) } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

function urlOf({ protocol, hostname, port, path, query = {} }: HandlerRequest): string {
  const url = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) url.searchParams.append(name, one);
  }
  return url.href;
}

const textOf = (body: unknown): string | Buffer => (typeof body === 'string' ? body : Buffer.from(body as Uint8Array));

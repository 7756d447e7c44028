import type { SNSClientConfig } from '@aws-sdk/client-sns';
import type { ChannelIo } from '../../channel.ts';

/** What the AWS client hands over, as far as it is needed here. */
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

/** Sends what the AWS client has signed by our outbound client, so that its checks of addresses hold there too. */
export function outboundHandler(io: ChannelIo): NonNullable<SNSClientConfig['requestHandler']> {
  const handler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: HandlerRequest) {
      // The length is counted, and the host written, when it is sent.
      const { host: _, 'content-length': __, ...headers } = request.headers;
      const response = await io.outbound({
        url: urlOf(request),
        method: request.method as 'POST',
        headers,
        ...(request.body !== undefined && { body: textOf(request.body) }),
        deadlineMs: io.timeoutMs,
        signal: io.signal,
      });
      return {
        response: { statusCode: response.status, headers: response.headers, body: Buffer.from(response.body) },
      };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  return handler as unknown as NonNullable<SNSClientConfig['requestHandler']>;
}

function urlOf({ protocol, hostname, port, path, query = {} }: HandlerRequest): string {
  const url = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) url.searchParams.append(name, one);
  }
  return url.href;
}

const textOf = (body: unknown): string | Buffer => (typeof body === 'string' ? body : Buffer.from(body as Uint8Array));

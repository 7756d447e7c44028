import { Readable } from 'node:stream';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import type { StorageConfig } from '@leeway/contract';
import type { Outbound } from '../platform/outbound.ts';

export type S3Settings = Omit<Extract<StorageConfig, { kind: 's3' }>, 'kind'>;

/** Time for one part there or back. */
const DEADLINE_MS = 120_000;
/** Answers that are no files, such as a list of a thousand keys. */
const MOST_XML_BYTES = 4_194_304;

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

/**
 * A client of S3 whose calls go out by our own way, so that its checks of addresses hold. Nothing is streamed: files go in parts,
 * each a buffer, which may be sent again as they are.
 */
export async function s3Client(settings: S3Settings, outbound: Outbound, mostBytes: number): Promise<S3Client> {
  // Loaded when it is first needed: it is large, and most have no such storage.
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { region, endpoint, pathStyle, accessKeyId, secretAccessKey, sessionToken } = settings;
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    maxAttempts: 4,
    // The hash of every file is checked by ourselves; older services refuse what they do not know.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: handlerOf(outbound, mostBytes),
    ...(endpoint && { endpoint }),
    ...(accessKeyId &&
      secretAccessKey && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }),
  });
}

/** The length is counted, and the host written, when it is sent; nobody waits for a "100 Continue". None of them is signed but the host. */
const WRITTEN_WHEN_SENT: ReadonlySet<string> = new Set(['host', 'content-length', 'expect']);

function handlerOf(outbound: Outbound, mostBytes: number): NonNullable<S3ClientConfig['requestHandler']> {
  const handler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: HandlerRequest) {
      const headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !WRITTEN_WHEN_SENT.has(name.toLowerCase())),
      );
      const response = await outbound({
        url: urlOf(request),
        method: request.method as 'PUT',
        headers,
        ...(request.body !== undefined && { body: Buffer.from(request.body as Uint8Array) }),
        deadlineMs: DEADLINE_MS,
        // A byte more, so that an answer which was cut is seen to be too long.
        mostBytes: Math.max(mostBytes, MOST_XML_BYTES) + 1,
        binary: true,
      });
      const bytes = response.bytes ?? Buffer.alloc(0);
      const body = Readable.from(bytes.length > 0 ? [bytes] : []);
      return { response: { statusCode: response.status, headers: response.headers, body } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  return handler as unknown as NonNullable<S3ClientConfig['requestHandler']>;
}

function urlOf({ protocol, hostname, port, path, query = {} }: HandlerRequest): string {
  // Written by the rule of the signature: a space as %20, not as +.
  const parts = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one) => `${escaped(name)}=${escaped(one)}`),
  );
  return `${protocol}//${hostname}${port ? `:${port}` : ''}${path}${parts.length > 0 ? `?${parts.join('&')}` : ''}`;
}

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

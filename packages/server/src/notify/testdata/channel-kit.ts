import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ManualClock } from '../../platform/clock.ts';
import { createOutbound } from '../../platform/outbound.ts';
import type { ChannelIo, FailureReason, Outcome, Receipt } from '../channel.ts';
import { CHANNELS } from '../channels/index.ts';
import { attempt } from '../deliver.ts';
import type { Message } from '../message.ts';
import { messages } from './messages.ts';

/**
 * What the suites must know of a kind of channel. Each folder of `notify/channels` has a `testdata/kit.ts` that exports
 * `kits: ChannelKit[]`: one kit for each way to set the channel up. `channels/channel-contract.test.ts` finds them by the
 * registry and tries each through `attempt()`, the way of real messages; `channels/render.test.ts` writes the golden files.
 * What only one channel does (updates, signatures, budgets) is tested beside it, with `startHttp` and `trySend`.
 */
export interface ChannelKit {
  /** Which way, in the names of the tests: "slack webhook". */
  name: string;
  /** Options that reach a receiver at this address, such as http://127.0.0.1:4711 (a channel with a fixed host needs an option for it). */
  options: (origin: string) => Record<string, unknown>;
  /** What stands in the options, or is derived from them, and must never be read in an outcome. */
  secrets: string[];
  /**
   * The strict fake of a service over HTTP, new for each server: answers as the service would. What the service would not
   * take (method, path, auth, type, schema, limits, signature) it throws at, by `expect` or a zod schema; the test then fails.
   */
  http?: () => (request: FakeRequest) => FakeAnswer;
  /** What takes messages where that is not HTTP; ends itself with the test. */
  receiver?: () => Promise<Receiver>;
  /** What each answer means; HTTP_STATUSES unless the service has its own ways. */
  statuses?: readonly StatusRow[];
  /** How the service says "in 17 seconds"; a 429 with Retry-After unless given. Null: it never does. */
  in17Seconds?: FakeAnswer | null;
  /** Of what was received, what a person reads; the bodies unless given. */
  text?: (request: FakeRequest) => string;
  /** What the beginning has left behind, where an end is told by that name only. */
  receipt?: Receipt;
  /** The message is too short to name the cause. */
  brief?: boolean;
  /** Golden files: from the end of the file's name ("json.txt") to what stands in it. */
  golden?: Record<string, (message: Message) => string>;
}

export interface FakeRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
  text: string;
  /** Fails the test where the body is no JSON. */
  json: () => unknown;
}

export interface FakeAnswer {
  status: number;
  body?: string;
  headers?: Record<string, string>;
}

export interface Receiver {
  origin: string;
  /** What a person would read of all that came, one after the other. */
  read: () => string;
}

export type StatusRow = readonly [
  answer: number | FakeAnswer,
  outcome: Exclude<Outcome['outcome'], 'sent'>,
  reason: FailureReason,
];

/** What statuses mean where the service says nothing else. */
export const HTTP_STATUSES: readonly StatusRow[] = [
  [301, 'permanent', 'rejected'],
  [302, 'permanent', 'rejected'],
  [400, 'permanent', 'rejected'],
  [401, 'permanent', 'auth'],
  [403, 'permanent', 'auth'],
  [404, 'permanent', 'rejected'],
  [408, 'retry', 'server'],
  [410, 'permanent', 'rejected'],
  [413, 'permanent', 'rejected'],
  [422, 'permanent', 'rejected'],
  [429, 'retry', 'rate_limited'],
  [500, 'retry', 'server'],
  [502, 'retry', 'server'],
  [503, 'retry', 'server'],
  [504, 'retry', 'server'],
];

/** HTTP_STATUSES with other rows for some answers, and further ones. */
export function statusesWith(...rows: StatusRow[]): readonly StatusRow[] {
  const own = rows.map(([answer]) => answer);
  return [...HTTP_STATUSES.filter(([status]) => !own.includes(status)), ...rows];
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Every kit of every kind of channel; a kind without one is an error. */
export async function loadKits(): Promise<{ type: string; kit: ChannelKit }[]> {
  const found = await Promise.all(
    CHANNELS.map(async ({ type }) => {
      const { kits } = (await import(`../channels/${type}/testdata/kit.ts`)) as { kits: ChannelKit[] };
      return kits.map((kit) => ({ type, kit }));
    }),
  );
  return found.flat();
}

export interface HttpFake {
  origin: string;
  received: FakeRequest[];
}

/** A server on loopback until the end of the test, which fails if `answer` threw at a request. */
export async function startHttp(answer: (request: FakeRequest) => FakeAnswer): Promise<HttpFake> {
  const received: FakeRequest[] = [];
  const refused: unknown[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://fake.invalid');
      const body = Buffer.concat(chunks);
      const text = body.toString('utf8');
      const request: FakeRequest = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body,
        text,
        json: () => JSON.parse(text),
      };
      received.push(request);
      let said: FakeAnswer = { status: 400, body: 'the fake service refused this' };
      try {
        said = answer(request);
      } catch (error) {
        refused.push(error);
      }
      response.writeHead(said.status, said.headers).end(said.body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    expect(refused, 'what the service would not take').toEqual([]);
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** Takes connections and says nothing; `close` ends it before the test does. */
export async function startSilence(): Promise<{ origin: string; close: () => void }> {
  const sockets = new Set<{ destroy: () => void }>();
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  onTestFinished(close);
  return { origin: `http://127.0.0.1:${port}`, close };
}

/** The time of all tries. */
export const NOW = '2001-01-10T00:10:30Z';

/** A try on the way that real messages take, through the real outbound client; `io` stands in for what the outbox knows. */
export function trySend(
  type: string,
  options: Record<string, unknown>,
  message: Message = messages.firing,
  io: Partial<ChannelIo> = {},
): Promise<Outcome> {
  const { timeoutMs = 5_000, deliveryId = 'dlv_test', write = () => {}, ...known } = io;
  return attempt(
    { clock: new ManualClock(NOW) },
    {
      channels: CHANNELS.map((channel) => ({
        ...channel,
        deliver: (told, given, real) => channel.deliver(told, given, { ...real, ...known }),
      })),
      outbound: createOutbound({ allow: () => ['127.0.0.0/8'] }),
      write,
      random: () => 0,
      timeoutMs,
    },
    { name: 'tested', sendResolved: true, ...options, type },
    message,
    deliveryId,
    new AbortController().signal,
  );
}

/** A certificate for localhost of our own making; null without openssl, and what needs it is left out. */
export function makeCertificate(): { key: string; cert: string } | null {
  const folder = mkdtempSync(join(tmpdir(), 'leeway-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';

export interface FakeCall {
  method: string;
  /** Decoded. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  text: string;
}

export interface FakeAnswer {
  status: number;
  /** Sent as JSON, unless it is a text or bytes. */
  body?: unknown;
  headers?: Record<string, string>;
  /** It began a training: the answer that loseNextAnswer loses. */
  started?: boolean;
}

/** What a peer answers where a request is not as its description says. */
export class Refused extends Error {
  readonly answer: FakeAnswer;
  constructor(status: number, body: unknown = { message: `the fake answers ${status}` }) {
    super(`${status}: ${JSON.stringify(body)}`);
    this.answer = { status, body };
  }
}

/** What every fake of a peer over HTTP can do, whatever the peer: see `FakePeer`. */
export interface FakeServer {
  origin: string;
  failNext(status: number): void;
  answerNext(body: string): void;
  loseNextAnswer(): void;
  close(): Promise<void>;
}

/**
 * A server on loopback that answers as `answer` says. What is wrong, expired, gone or taken it throws as Refused; where it
 * throws anything else, `close` fails the test.
 */
export async function startFake(answer: (call: FakeCall) => FakeAnswer): Promise<FakeServer> {
  const broken: unknown[] = [];
  let [fail, garble, lose]: [number | null, string | null, boolean] = [null, null, false];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://fake.invalid');
      const text = Buffer.concat(chunks).toString('utf8');
      if (fail !== null) {
        // The worst that a peer can say: all that it was told.
        const said = `no: ${JSON.stringify(incoming.headers)} ${text}`;
        response.writeHead(fail, { 'retry-after': '17' }).end(said);
        fail = null;
        return;
      }
      if (garble !== null) {
        response.writeHead(200, { 'content-type': 'text/html' }).end(garble);
        garble = null;
        return;
      }
      let said: FakeAnswer = { status: 400, body: 'the fake broke' };
      try {
        const path = decodeURIComponent(url.pathname);
        const headers = incoming.headers as FakeCall['headers'];
        said = answer({ method: incoming.method ?? '', path, query: url.searchParams, headers, text });
      } catch (error) {
        if (error instanceof Refused) said = error.answer;
        else broken.push(error);
      }
      if (said.started && lose) {
        lose = false;
        incoming.socket.destroy();
        return;
      }
      const plain = said.body === undefined || typeof said.body === 'string' || Buffer.isBuffer(said.body);
      response
        .writeHead(said.status, { ...(plain ? {} : { 'content-type': 'application/json' }), ...said.headers })
        .end(plain ? said.body : JSON.stringify(said.body));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failNext: (status) => {
      fail = status;
    },
    answerNext: (body) => {
      garble = body;
    },
    loseNextAnswer: () => {
      lose = true;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      expect(broken, 'what the fake could not read').toEqual([]);
    },
  };
}

/** The JSON of a call, which has these members and no others. A name that ends with ? may be left out. */
export function fields(call: FakeCall, ...names: string[]): Record<string, unknown> {
  if (!call.headers['content-type']?.startsWith('application/json')) throw new Refused(415);
  return only(JSON.parse(call.text), ...names);
}

/** The same of an object. */
export function only(value: unknown, ...names: string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refused(400);
  const wanted = names.filter((name) => !name.endsWith('?'));
  const known = new Set(names.map((name) => name.replace('?', '')));
  const unknown = Object.keys(value).find((name) => !known.has(name));
  if (unknown) throw new Refused(400, { message: `unknown field ${unknown}` });
  const missing = wanted.find((name) => !(name in value));
  if (missing) throw new Refused(400, { message: `no field ${missing}` });
  return value as Record<string, unknown>;
}

/** The call has no other parameters in its query. */
export function queryOnly({ query }: FakeCall, ...names: string[]) {
  const unknown = [...query.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Refused(400, { message: `unknown query parameter ${unknown}` });
}

import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** An answer of the fake server; without body and text, it says that all rows were stored. */
export interface FakeAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string;
  disconnect?: boolean;
  never?: boolean;
}

export interface Seen {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A real HTTP server that answers as it was told, one answer a request, and then stores everything. */
export class FakeServer {
  readonly seen: Seen[] = [];
  readonly #server: Server;

  private constructor(answers: readonly FakeAnswer[]) {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const raw = Buffer.concat(chunks);
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
      const answer = answers[this.seen.length] ?? {};
      this.seen.push({ path: request.url ?? '', headers: request.headers, body });
      if (answer.never) return;
      if (answer.disconnect) return void request.socket.destroy();
      const stored = { accepted: body.split('\n').length, duplicates: 0, rejected: [] };
      const json = answer.text === undefined;
      response.writeHead(answer.status ?? 200, {
        'content-type': json ? 'application/json' : 'text/html',
        ...answer.headers,
      });
      response.end(answer.text ?? JSON.stringify(answer.body ?? stored));
    });
  }

  static async start(answers: readonly FakeAnswer[] = []): Promise<FakeServer> {
    const fake = new FakeServer(answers);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The ids of the rows of each request. */
  get ids(): string[][] {
    return this.seen.map(({ body }) => body.split('\n').map((line) => JSON.parse(line).id));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

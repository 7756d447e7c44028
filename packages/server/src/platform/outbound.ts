import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { LeewayError } from '@leeway/contract';
import { Pool } from 'undici';
import { addressCheck, isMetadataName, isOtherService, notPublic } from './addresses.ts';

export interface OutboundRequest {
  url: string;
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  /** A form with files comes as bytes, with its content-type among the headers; a large file as a stream. */
  body?: string | Buffer | Readable;
  /** Milliseconds from the first look-up to the last byte; 10 s by default. */
  deadlineMs?: number;
  /** How many bytes of the answer are read; 64 KB by default. What goes beyond is left where it is. */
  mostBytes?: number;
  /** The answer is no text, such as a zip: it comes as bytes. */
  binary?: boolean;
  /** Takes the body of an answer 2xx, piece by piece, in place of memory. */
  save?: (body: AsyncIterable<Buffer>) => Promise<void>;
  signal?: AbortSignal;
}

export interface OutboundResponse {
  status: number;
  /** Names in lower case; of a repeated header the first value. */
  headers: Record<string, string>;
  /** As it came: nothing is unpacked. Empty with `binary`. */
  body: string;
  /** With `binary`. */
  bytes?: Buffer;
  /** Whether the answer came from a private network: then it is not shown to anybody. */
  private: boolean;
}

/** No answer came. The message names the host only: paths and queries may hold secrets. */
export class OutboundError extends Error {
  readonly reason: 'network' | 'deadline';
  /** False where there was no connection: then nothing has reached anybody. */
  readonly reached: boolean;
  constructor(reason: 'network' | 'deadline', message: string, reached = true) {
    super(message);
    this.name = 'OutboundError';
    this.reason = reason;
    this.reached = reached;
  }
}

/** The way out. Throws `address_refused` (LeewayError) or OutboundError. */
export interface Outbound {
  /** Calls an address outside over HTTP. */
  (request: OutboundRequest): Promise<OutboundResponse>;
  /** The checked addresses of a host, for what speaks another protocol: connect to one of these, not to the name. */
  resolve(host: string): Promise<string[]>;
}

type Lookup = (
  host: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const MOST_BYTES = 65_536;
const DEADLINE_MS = 10_000;
/** Receivers that are remembered, and connections that each may have. */
const MOST_POOLS = 64;
const CONNECTIONS = 8;

/**
 * The one way out. A name is looked up for every call, every address it has is checked, and the connection goes to the checked
 * addresses; one that is open already is used again only for the very same addresses. There are no redirects and no proxies of
 * the environment. `allow` gives the private ranges (CIDR) that may be reached all the same.
 */
export function createOutbound(options: { allow: () => readonly string[]; lookup?: Lookup }): Outbound {
  const lookup = options.lookup ?? (systemLookup as Lookup);
  const pools = new Pools();

  const resolve = (name: string, signal: AbortSignal): Promise<LookupAddress[]> => {
    const host = name.replace(/^\[|\]$/g, '');
    const refuses = addressCheck(options.allow());
    if (isMetadataName(host)) throw refused(host, host, 'a name that hands out credentials');
    const check = (found: LookupAddress[]) => {
      for (const { address } of found) {
        const why = refuses(address);
        if (why) throw refused(host, address, why);
      }
      return found;
    };
    // The URL parser has already made 0x7f.1 and 2130706433 plain.
    if (isIP(host)) return Promise.resolve(check([{ address: host, family: isIP(host) }]));
    return new Promise<LookupAddress[]>((done, fail) => {
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      lookup(host, { all: true }, (error, found) => {
        if (error) return fail(error);
        if (found.length === 0) return fail(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }));
        done(found);
      });
    }).then(check);
  };

  const call = async (request: OutboundRequest): Promise<OutboundResponse> => {
    const url = parse(request.url);
    const deadline = AbortSignal.timeout(request.deadlineMs ?? DEADLINE_MS);
    const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
    try {
      const addresses = await resolve(url.hostname, signal);
      const response = await pools.of(url.origin, addresses).request({
        path: `${url.pathname}${url.search}`,
        method: request.method ?? 'POST',
        headers: { 'user-agent': 'leeway', ...request.headers },
        body: request.body ?? null,
        signal,
      });
      const saved = request.save && response.statusCode >= 200 && response.statusCode < 300;
      if (saved) await request.save!(response.body);
      const bytes = saved ? Buffer.alloc(0) : await readCapped(response.body, request.mostBytes ?? MOST_BYTES);
      return {
        status: response.statusCode,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [
            name,
            String(Array.isArray(value) ? value[0] : value),
          ]),
        ),
        body: request.binary ? '' : bytes.toString('utf8'),
        ...(request.binary && { bytes }),
        private: addresses.some(({ address }) => notPublic(address) !== null),
      };
    } catch (error) {
      if (error instanceof LeewayError) throw error;
      if (deadline.aborted) throw new OutboundError('deadline', `${url.host} did not answer in time`);
      const code = codeOf(error);
      throw new OutboundError('network', `${url.host} could not be reached (${code})`, !NOT_CONNECTED.has(code));
    }
  };

  return Object.assign(call, {
    async resolve(host: string) {
      try {
        const found = await resolve(host, AbortSignal.timeout(DEADLINE_MS));
        return found.map(({ address }) => address);
      } catch (error) {
        if (error instanceof LeewayError) throw error;
        throw new OutboundError('network', `${host} could not be looked up (${codeOf(error)})`);
      }
    },
  });
}

/** Connections kept for the next call, by origin and checked addresses; idle ones close by themselves after some seconds. */
class Pools {
  readonly #pools = new Map<string, Pool>();

  of(origin: string, addresses: LookupAddress[]): Pool {
    const key = [origin, ...addresses.map(({ address }) => address).sort()].join(' ');
    const pool = this.#pools.get(key) ?? this.#open(origin, addresses);
    // The newest stands last, so that the first is the one that was not used for longest.
    this.#pools.delete(key);
    this.#pools.set(key, pool);
    const [oldest] = this.#pools.keys();
    if (this.#pools.size > MOST_POOLS && oldest !== undefined) {
      void this.#pools.get(oldest)?.close();
      this.#pools.delete(oldest);
    }
    return pool;
  }

  #open(origin: string, addresses: LookupAddress[]): Pool {
    const lookup: LookupFunction = (_host, options, done) => {
      const first = addresses[0]!;
      return options.all ? done(null, addresses) : done(null, first.address, first.family);
    };
    return new Pool(origin, {
      connections: CONNECTIONS,
      keepAliveTimeout: 3_000,
      connect: { lookup, timeout: DEADLINE_MS },
    });
  }
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new LeewayError('address_refused', 'the address is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new LeewayError('address_refused', `expected an address with http or https, got "${url.protocol}"`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new LeewayError('address_refused', `the address at ${url.host} carries a user or password; leave them out`);
  }
  if (url.port !== '' && isOtherService(Number(url.port))) {
    throw new LeewayError('address_refused', `port ${url.port} of ${url.hostname} belongs to another kind of service`);
  }
  return url;
}

const refused = (host: string, address: string, why: string): LeewayError =>
  new LeewayError('address_refused', host === address ? `${address} is ${why}` : `${host} is ${address}, ${why}`);

async function readCapped(body: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/** Codes of a connection that did not come about. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The code of an error of the network; its message could name the path. */
function codeOf(error: unknown): string {
  const { code, cause, name } = error as { code?: string; cause?: unknown; name?: string };
  return code ?? (cause ? codeOf(cause) : (name ?? 'unknown'));
}

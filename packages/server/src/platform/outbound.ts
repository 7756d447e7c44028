import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { LeewayError } from '@leeway/contract';
import { Agent } from 'undici';

export interface OutboundRequest {
  url: string;
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds from the first look-up to the last byte; 10 s by default. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

export interface OutboundResponse {
  status: number;
  /** Names in lower case; of a repeated header the first value. */
  headers: Record<string, string>;
  /** At most 64 KB of it. */
  body: string;
}

/** No answer came. The message names the host only: paths and queries may hold secrets. */
export class OutboundError extends Error {
  readonly reason: 'network' | 'deadline';
  constructor(reason: 'network' | 'deadline', message: string) {
    super(message);
    this.name = 'OutboundError';
    this.reason = reason;
  }
}

/** Calls an address outside. Throws `address_refused` (LeewayError) or OutboundError. */
export type Outbound = (request: OutboundRequest) => Promise<OutboundResponse>;

type Lookup = (
  host: string,
  options: { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const MOST_BYTES = 65_536;
const DEADLINE_MS = 10_000;

/**
 * The one way out over HTTP. A name is looked up once, every address it has is checked, and the connection goes to a
 * checked address; there are no redirects, no proxies of the environment, and no connection is kept for the next call.
 * `allow` gives the private ranges (CIDR) that may be reached all the same.
 */
export function createOutbound(options: { allow: () => readonly string[]; lookup?: Lookup }): Outbound {
  const lookup = options.lookup ?? (systemLookup as Lookup);
  return async (request) => {
    const url = parse(request.url);
    const refuses = addressCheck(options.allow());
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // The socket asks no look-up for a literal address. The URL parser has already made 0x7f.1 and 2130706433 plain.
    if (isIP(host)) {
      const why = refuses(host);
      if (why) throw refused(host, host, why);
    }
    const deadline = AbortSignal.timeout(request.deadlineMs ?? DEADLINE_MS);
    const agent = new Agent({
      pipelining: 0,
      connect: { lookup: checkedLookup(lookup, refuses), timeout: request.deadlineMs ?? DEADLINE_MS },
    });
    try {
      const response = await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method ?? 'POST',
        headers: { 'user-agent': 'leeway', ...request.headers },
        body: request.body ?? null,
        signal: request.signal ? AbortSignal.any([deadline, request.signal]) : deadline,
      });
      return {
        status: response.statusCode,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [
            name,
            String(Array.isArray(value) ? value[0] : value),
          ]),
        ),
        body: await readCapped(response.body),
      };
    } catch (error) {
      if (error instanceof LeewayError) throw error;
      if (deadline.aborted) throw new OutboundError('deadline', `${url.host} did not answer in time`);
      throw new OutboundError('network', `${url.host} could not be reached (${codeOf(error)})`);
    } finally {
      await agent.destroy();
    }
  };
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
  return url;
}

function checkedLookup(lookup: Lookup, refuses: (address: string) => string | null): LookupFunction {
  return (host, options, done) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error) return done(error, '', 0);
      for (const { address } of addresses) {
        const why = refuses(address);
        if (why) return done(refused(host, address, why), '', 0);
      }
      const first = addresses[0];
      if (!first) return done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0);
      return options.all ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}

const refused = (host: string, address: string, why: string): NodeJS.ErrnoException & LeewayError =>
  new LeewayError('address_refused', host === address ? `${address} is ${why}` : `${host} is ${address}, ${why}`);

async function readCapped(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MOST_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8');
}

/** The code of an error of the network; its message could name the path. */
function codeOf(error: unknown): string {
  const { code, cause, name } = error as { code?: string; cause?: unknown; name?: string };
  return code ?? (cause ? codeOf(cause) : (name ?? 'unknown'));
}

/** Credentials of a cloud machine are handed out here: refused even where an allowed range holds them. */
const METADATA = ['169.254.0.0/16', '100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32', 'fd00:ec2::254/128'];

const NOT_PUBLIC: readonly (readonly [range: string, why: string])[] = [
  ['0.0.0.0/8', 'not an address to call'],
  ['10.0.0.0/8', 'private'],
  ['100.64.0.0/10', 'private (shared by a carrier)'],
  ['127.0.0.0/8', 'this machine'],
  ['169.254.0.0/16', 'link-local'],
  ['172.16.0.0/12', 'private'],
  ['192.0.0.0/24', 'reserved'],
  ['192.0.2.0/24', 'reserved'],
  ['192.88.99.0/24', 'reserved'],
  ['192.168.0.0/16', 'private'],
  ['198.18.0.0/15', 'reserved'],
  ['198.51.100.0/24', 'reserved'],
  ['203.0.113.0/24', 'reserved'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/96', 'this machine or reserved'],
  ['64:ff9b::/96', 'a translated IPv4 address'],
  ['64:ff9b:1::/48', 'a translated IPv4 address'],
  ['100::/64', 'reserved'],
  ['2001::/23', 'reserved or a tunnel'],
  ['2001:db8::/32', 'reserved'],
  ['2002::/16', 'a tunnel'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
];

/** Tells why an address may not be called, or null. An IPv4 address written as IPv6 (::ffff:10.0.0.1) is the IPv4 one. */
export function addressCheck(allow: readonly string[]): (address: string) => string | null {
  const metadata = blockList(METADATA);
  const allowed = blockList(allow);
  return (address) => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (metadata.check(address, family)) return 'an address that hands out credentials';
    if (allowed.check(address, family)) return null;
    return RANGES.find(([range]) => range.check(address, family))?.[1] ?? null;
  };
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const version = isIP(address);
    const width = version === 6 ? 128 : 32;
    if (version === 0 || !(Number(bits ?? width) <= width)) {
      throw new LeewayError(
        'config_invalid',
        `server.allowPrivateNetworks: expected a range such as 10.1.0.0/16, got "${range}"`,
      );
    }
    list.addSubnet(address, Number(bits ?? width), version === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const RANGES = NOT_PUBLIC.map(([range, why]) => [blockList([range]), why] as const);

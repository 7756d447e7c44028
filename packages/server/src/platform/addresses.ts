import { BlockList, isIP } from 'node:net';
import { LeewayError } from '@leeway/contract';

/** Which addresses may be called from here, and which names never. */

/** Credentials of a cloud machine are handed out here: refused even where an allowed range holds them. */
const METADATA = [
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  'fd00:ec2::/64',
  'fd20:ce::254/128',
];

/** Names by which the same is reached, whatever they stand for today. */
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.packet.net',
  'instance-data',
  'instance-data.ec2.internal',
]);

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
  ['::ffff:0:0:0/96', 'a translated IPv4 address'],
  ['64:ff9b::/96', 'a translated IPv4 address'],
  ['64:ff9b:1::/48', 'a translated IPv4 address'],
  ['100::/64', 'reserved'],
  ['2001::/23', 'reserved or a tunnel'],
  ['2001:db8::/32', 'reserved'],
  ['2002::/16', 'a tunnel'],
  ['3fff::/20', 'reserved'],
  ['5f00::/16', 'reserved'],
  ['fc00::/7', 'private'],
  ['fe80::/10', 'link-local'],
  ['fec0::/10', 'private'],
  ['ff00::/8', 'multicast'],
];

/** What no HTTP service listens on but other services do; the list by which browsers go (Fetch, "bad port"). */
const OTHER_SERVICES = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Whether a port belongs to mail, shells, file servers and the like: no URL may point there. */
export const isOtherService = (port: number): boolean => port === 0 || OTHER_SERVICES.has(port);

export const isMetadataName = (host: string): boolean => METADATA_NAMES.has(host.toLowerCase().replace(/\.+$/, ''));

/** Tells why an address may not be called, or null. An IPv4 address written as IPv6 (::ffff:10.0.0.1) is the IPv4 one. */
export function addressCheck(allow: readonly string[]): (address: string) => string | null {
  const allowed = blockList(allow);
  return (address) => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const inner = family === 'ipv6' ? embedded(address) : [];
    if (METADATA_LIST.check(address, family) || inner.some((one) => METADATA_LIST.check(one))) {
      return 'an address that hands out credentials';
    }
    if (allowed.check(address, family)) return null;
    return notPublic(address);
  };
}

/** Why an address is not one of the internet, or null if it is. */
export function notPublic(address: string): string | null {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0) return 'not an address';
  return RANGES.find(([range]) => range.check(address, family))?.[1] ?? null;
}

/**
 * The IPv4 addresses that an IPv6 address may be carried to by a translator or a tunnel: mapped, compatible, NAT64, 6to4,
 * Teredo and ISATAP.
 */
function embedded(address: string): string[] {
  const bytes = bytesOf(address);
  if (!bytes) return [];
  const at = (from: number, flip = 0) =>
    Array.from(bytes.subarray(from, from + 4), (byte) => String(byte ^ flip)).join('.');
  const starts = (...prefix: number[]) => prefix.every((byte, i) => bytes[i] === byte);
  const found: string[] = [];
  const last = at(12);
  if (starts(0, 0, 0, 0, 0, 0, 0, 0)) found.push(last); // ::a.b.c.d, ::ffff:a.b.c.d, ::ffff:0:a.b.c.d
  if (starts(0, 0x64, 0xff, 0x9b)) found.push(last);
  if (starts(0x20, 0x02)) found.push(at(2));
  if (starts(0x20, 0x01, 0, 0)) found.push(at(4), at(12, 0xff));
  if (bytes[10] === 0x5e && bytes[11] === 0xfe) found.push(last);
  return found;
}

/** The sixteen bytes of an IPv6 address, or null. The URL parser does the reading: it knows every form. */
function bytesOf(address: string): Uint8Array | null {
  const plain = address.replace(/%.*$/, '');
  if (!URL.canParse(`http://[${plain}]`)) return null;
  const text = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [head = '', tail] = text.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const [first, second] = [groups(head), groups(tail)];
  const words = [...first, ...new Array<number>(8 - first.length - second.length).fill(0), ...second];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
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

const METADATA_LIST = blockList(METADATA);
const RANGES = NOT_PUBLIC.map(([range, why]) => [blockList([range]), why] as const);

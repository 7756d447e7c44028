import { describe, expect, test } from 'vitest';
import { addressCheck } from './addresses.ts';

describe('addresses', () => {
  const rows: [address: string, allow: string[], refused: boolean][] = [
    ['93.184.216.34', [], false],
    ['2606:2800:220:1::1', [], false],
    ['127.0.0.1', [], true],
    ['127.0.0.1', ['127.0.0.0/8'], false],
    ['10.1.2.3', [], true],
    ['10.1.2.3', ['10.1.0.0/16'], false],
    ['10.2.2.3', ['10.1.0.0/16'], true],
    ['10.1.2.3', ['10.1.2.3'], false],
    ['172.15.255.255', [], false],
    ['172.16.0.1', [], true],
    ['172.31.255.255', [], true],
    ['172.32.0.1', [], false],
    ['192.168.1.1', [], true],
    ['100.63.255.255', [], false],
    ['100.64.0.1', [], true],
    ['100.127.255.255', [], true],
    ['100.128.0.1', [], false],
    ['0.0.0.0', [], true],
    ['0.1.2.3', [], true],
    ['192.0.0.8', [], true],
    ['192.0.2.1', [], true],
    ['198.18.0.1', [], true],
    ['198.51.100.1', [], true],
    ['203.0.113.1', [], true],
    ['240.0.0.1', [], true],
    ['255.255.255.255', [], true],
    ['224.0.0.1', [], true],
    ['169.254.1.1', [], true],
    // Where credentials are handed out, whatever is allowed
    ['169.254.169.254', ['0.0.0.0/0'], true],
    ['169.254.170.2', ['169.254.0.0/16'], true],
    ['100.100.100.200', ['100.64.0.0/10'], true],
    ['168.63.129.16', [], true],
    ['fd00:ec2::254', ['fc00::/7'], true],
    ['fd00:ec2::23', ['fc00::/7'], true],
    ['fd20:ce::254', ['::/0'], true],
    ['::ffff:a9fe:a9fe', ['::/0'], true],
    ['::a9fe:a9fe', ['::/0'], true],
    ['::ffff:0:a9fe:a9fe', ['::/0'], true],
    ['64:ff9b::a9fe:a9fe', ['::/0'], true],
    ['64:ff9b:1::a9fe:a9fe', ['::/0'], true],
    ['2002:a9fe:a9fe::1', ['::/0'], true],
    ['2001:0:a9fe:a9fe::1', ['::/0'], true],
    ['2001:0:5db8:d822:0:0:5601:5601', ['::/0'], true],
    ['fd12::5efe:a9fe:a9fe', ['::/0'], true],
    // IPv6
    ['::1', [], true],
    ['::1', ['::1/128'], false],
    ['::', [], true],
    ['::ffff:10.0.0.1', [], true],
    ['::ffff:10.0.0.1', ['10.0.0.0/8'], false],
    ['::ffff:93.184.216.34', [], false],
    ['::127.0.0.1', [], true],
    ['::ffff:0:127.0.0.1', [], true],
    ['fd12::1', [], true],
    ['fd12::1', ['fd12::/16'], false],
    ['fe80::1', [], true],
    ['fec0::1', [], true],
    ['64:ff9b::7f00:1', [], true],
    ['64:ff9b:1::1', [], true],
    ['2002:7f00:1::', [], true],
    ['2001:0:1::', [], true],
    ['2001:db8::1', [], true],
    ['3fff::1', [], true],
    ['100::1', [], true],
    ['ff02::1', [], true],
  ];
  test.each(rows)('%s allowing %j: refused %s', (address, allow, refused) => {
    expect(addressCheck(allow)(address) !== null).toBe(refused);
  });

  test('what is no address is refused', () => {
    for (const text of ['', 'localhost', '1.2.3', '0x7f.1', '127.0.0.1.'])
      expect(addressCheck([])(text)).not.toBeNull();
  });

  test('a range that is none is named', () => {
    expect(() => addressCheck(['10.0.0.0/33'])).toThrow('expected a range such as 10.1.0.0/16, got "10.0.0.0/33"');
    expect(() => addressCheck(['lan'])).toThrow('"lan"');
  });
});

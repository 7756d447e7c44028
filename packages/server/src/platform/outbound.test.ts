import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LeewayError } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressCheck, createOutbound, OutboundError } from './outbound.ts';

let server: Server;
let port = 0;
let calls: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.host}`);
    if (request.url === '/redirect') response.writeHead(302, { location: '/elsewhere' }).end('moved');
    else if (request.url === '/long') response.end('x'.repeat(300_000));
    else if (request.url === '/silent') return;
    else response.writeHead(201, { 'x-two': ['a', 'b'] }).end(`got ${request.method}`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const names: Record<string, string[]> = {
  'hook.example': ['127.0.0.1'],
  'rebound.example': ['93.184.216.34', '127.0.0.1'],
  'meta.example': ['169.254.169.254'],
};
const asked: string[] = [];
const outbound = (...allow: string[]) =>
  createOutbound({
    allow: () => allow,
    lookup: (host, _options, done) => {
      asked.push(host);
      const found = (names[host] ?? []).map((address) => ({ address, family: 4 }));
      done(found.length === 0 ? Object.assign(new Error('none'), { code: 'ENOTFOUND' }) : null, found);
    },
  });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error as LeewayError & OutboundError,
  );

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
    ['172.31.255.255', [], true],
    ['172.32.0.1', [], false],
    ['192.168.1.1', [], true],
    ['100.64.0.1', [], true],
    ['100.128.0.1', [], false],
    ['0.0.0.0', [], true],
    ['255.255.255.255', [], true],
    ['224.0.0.1', [], true],
    ['169.254.1.1', [], true],
    ['169.254.169.254', ['0.0.0.0/0'], true],
    ['168.63.129.16', [], true],
    ['::1', [], true],
    ['::1', ['::1/128'], false],
    ['::', [], true],
    ['::ffff:10.0.0.1', [], true],
    ['::ffff:10.0.0.1', ['10.0.0.0/8'], false],
    ['::ffff:a9fe:a9fe', ['::/0'], true],
    ['::ffff:93.184.216.34', [], false],
    ['fd12::1', [], true],
    ['fd12::1', ['fd12::/16'], false],
    ['fd00:ec2::254', ['fc00::/7'], true],
    ['fe80::1', [], true],
    ['64:ff9b::7f00:1', [], true],
    ['2002:7f00:1::', [], true],
    ['ff02::1', [], true],
  ];
  test.each(rows)('%s allowing %j: refused %s', (address, allow, refused) => {
    expect(addressCheck(allow)(address) !== null).toBe(refused);
  });

  test('a range that is none is named', () => {
    expect(() => addressCheck(['10.0.0.0/33'])).toThrow('expected a range such as 10.1.0.0/16, got "10.0.0.0/33"');
    expect(() => addressCheck(['lan'])).toThrow('"lan"');
  });
});

describe('refused before anything is sent', () => {
  test.each([
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://hook.example:PORT/',
    'http://rebound.example:PORT/',
    'http://user:secret@hook.example:PORT/',
    'ftp://hook.example/',
    'not a url',
  ])('%s', async (url) => {
    calls = [];
    const error = await failure(outbound()({ url: url.replace('PORT', String(port)) }));
    expect(error).toBeInstanceOf(LeewayError);
    expect(error.code).toBe('address_refused');
    expect(error.message).not.toContain('secret');
    expect(calls).toEqual([]);
  });

  test('metadata, even where everything is allowed', async () => {
    const error = await failure(outbound('0.0.0.0/0')({ url: 'http://meta.example/' }));
    expect(error.code).toBe('address_refused');
  });
});

describe('calls', () => {
  test('looks the name up once, and goes to the address that was checked', async () => {
    calls = [];
    asked.length = 0;
    const response = await outbound('127.0.0.0/8')({ url: `http://hook.example:${port}/a?b=c`, body: '{}' });
    expect(response).toMatchObject({ status: 201, body: 'got POST', headers: { 'x-two': 'a' } });
    expect(calls).toEqual([`POST /a?b=c hook.example:${port}`]);
    expect(asked).toEqual(['hook.example']);
  });

  test('follows no redirect', async () => {
    calls = [];
    const response = await outbound('127.0.0.0/8')({ url: `http://127.0.0.1:${port}/redirect`, method: 'GET' });
    expect(response.status).toBe(302);
    expect(calls).toHaveLength(1);
  });

  test('reads no more than 64 KB', async () => {
    const response = await outbound('127.0.0.0/8')({ url: `http://127.0.0.1:${port}/long` });
    expect(response.body).toHaveLength(65_536);
  });

  test.each([
    { intent: 'no answer in time', url: '/silent', reason: 'deadline' },
    { intent: 'nobody there', url: null, reason: 'network' },
  ])('$intent', async ({ url, reason }) => {
    const address = url ? `http://127.0.0.1:${port}${url}` : 'http://nobody.example/T0/secret';
    const error = await failure(outbound('127.0.0.0/8')({ url: address, deadlineMs: 100 }));
    expect(error).toBeInstanceOf(OutboundError);
    expect(error.reason).toBe(reason);
    expect(error.message).not.toContain('secret');
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { LeewayError } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOutbound, OutboundError } from './outbound.ts';

let server: Server;
let port = 0;
let calls: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url} ${request.headers.host}`);
    if (request.url === '/redirect') response.writeHead(302, { location: '/elsewhere' }).end('moved');
    else if (request.url === '/long') response.end('x'.repeat(300_000));
    else if (request.url === '/silent') return;
    else if (request.url === '/slow') {
      response.write('x');
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    } else if (request.url === '/bomb') {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
    } else if (request.url === '/headers') response.writeHead(200, { 'x-long': 'x'.repeat(100_000) }).end();
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
  'public.example': ['93.184.216.34'],
  'dotted.example.': ['127.0.0.1'],
  'six.example': ['2606:2800:220:1::1', '::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'metadata.google.internal': ['93.184.216.34'],
  'metadata.goog': ['93.184.216.34'],
  'instance-data': ['127.0.0.1'],
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

describe('refused before anything is sent', () => {
  test.each([
    // Ways to write this machine, all of which the URL parser makes plain
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0x7f.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://017700000001:PORT/',
    'http://127.1:PORT/',
    'http://127.0.1:PORT/',
    'http://127.0.0.1.:PORT/',
    'http://127.255.255.254:PORT/',
    'http://0:PORT/',
    'http://0.0.0.0:PORT/',
    'http://%31%32%37.0.0.1:PORT/',
    'http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:PORT/',
    'http://\uff11\uff12\uff17\u30020\u30020\u30021:PORT/',
    'http://127.0.0.1:PORT\\@hook.example/',
    'http:127.0.0.1:PORT/',
    // IPv6
    'http://[::1]:PORT/',
    'http://[::]:PORT/',
    'http://[0:0:0:0:0:0:0:1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://[::127.0.0.1]:PORT/',
    'http://[64:ff9b::127.0.0.1]:PORT/',
    'http://[2002:7f00:1::]:PORT/',
    'http://[fe80::1%25lo]:PORT/',
    // Names
    'http://hook.example:PORT/',
    'http://HOOK.EXAMPLE:PORT/',
    'http://\u24d7ook.example:PORT/',
    'http://rebound.example:PORT/',
    'http://dotted.example.:PORT/',
    'http://six.example:PORT/',
    'http://mapped.example:PORT/',
    'http://metadata.google.internal/',
    'http://METADATA.google.internal./',
    'http://metadata.goog/',
    'http://instance-data/',
    // A user is the place for a name that looks like the host
    'http://user:secret@hook.example:PORT/',
    'http://public.example@127.0.0.1:PORT/',
    // Other services
    'http://public.example:25/',
    'http://public.example:22/',
    'http://public.example:6667/',
    'https://public.example:0/',
    'ftp://hook.example/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:PORT/',
    'data:text/plain,x',
    'not a url',
  ])('%s', async (url) => {
    calls = [];
    const error = await failure(outbound()({ url: url.replace('PORT', String(port)) }));
    expect(error).toBeInstanceOf(LeewayError);
    expect(error.code).toBe('address_refused');
    expect(error.message).not.toContain('secret');
    expect(calls).toEqual([]);
  });

  test.each([
    ['http://meta.example/', '0.0.0.0/0'],
    ['http://169.254.169.254/', '0.0.0.0/0'],
    ['http://[::ffff:169.254.169.254]/', '::/0'],
    ['http://[64:ff9b::169.254.169.254]/', '64:ff9b::/96'],
    ['http://[fd00:ec2::254]/', 'fc00::/7'],
    ['http://metadata.google.internal/', '0.0.0.0/0'],
    ['http://instance-data:8080/', '127.0.0.0/8'],
  ])('metadata, even where everything is allowed: %s', async (url, allowed) => {
    const error = await failure(outbound(allowed)({ url }));
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

  test('a name that stands for another address after it was checked: the connection goes to what was checked', async () => {
    let looked = 0;
    const rebinding = createOutbound({
      allow: () => ['127.0.0.1/32'],
      lookup: (_host, _options, done) =>
        done(null, [{ address: looked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }]),
    });
    expect((await rebinding({ url: `http://rebinding.example:${port}/` })).status).toBe(201);
    expect(looked).toBe(1);
    expect((await failure(rebinding({ url: `http://rebinding.example:${port}/` }))).code).toBe('address_refused');
    expect(looked).toBe(2);
  });

  test('an open connection is used again, but not for a name that has another address now', async () => {
    const connections: number[] = [];
    const note = (socket: { remotePort?: number | undefined }) => void connections.push(socket.remotePort ?? 0);
    server.on('connection', note);
    let found = ['127.0.0.1'];
    const call = createOutbound({
      allow: () => ['127.0.0.1/32'],
      lookup: (_host, _options, done) =>
        done(
          null,
          found.map((address) => ({ address, family: 4 })),
        ),
    });
    for (let i = 0; i < 5; i++) await call({ url: `http://kept.example:${port}/` });
    expect(connections.length).toBeLessThan(5);
    found = ['10.0.0.1'];
    expect((await failure(call({ url: `http://kept.example:${port}/` }))).code).toBe('address_refused');
    server.off('connection', note);
  });

  test('no range is allowed for longer than the configuration says so', async () => {
    let allow = ['127.0.0.0/8'];
    const call = createOutbound({ allow: () => allow });
    expect((await call({ url: `http://127.0.0.1:${port}/` })).status).toBe(201);
    allow = [];
    expect((await failure(call({ url: `http://127.0.0.1:${port}/` }))).code).toBe('address_refused');
  });

  test('proxies of the environment are not asked', async () => {
    const proxy = createServer((_request, response) => response.end('proxied'));
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : address;
    try {
      const response = await outbound('127.0.0.0/8')({ url: `http://hook.example:${port}/` });
      expect(response.body).toBe('got POST');
    } finally {
      for (const [i, name] of names.entries()) {
        if (before[i] === undefined) delete process.env[name];
        else process.env[name] = before[i];
      }
      proxy.close();
    }
  });

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)('%s', async (method) => {
    const response = await outbound('127.0.0.0/8')({ url: `http://127.0.0.1:${port}/`, method });
    expect(response).toMatchObject({ status: 201, body: method === 'HEAD' ? '' : `got ${method}`, private: true });
  });

  test('a small answer that would unpack to a large one is not unpacked', async () => {
    const { body } = await outbound('127.0.0.0/8')({ url: `http://127.0.0.1:${port}/bomb`, method: 'GET' });
    expect(Buffer.byteLength(body)).toBeLessThan(200_000);
  });

  test('what is no text comes as bytes, as it was sent', async () => {
    const url = `http://127.0.0.1:${port}/bomb`;
    const { body, bytes } = await outbound('127.0.0.0/8')({ url, method: 'GET', binary: true });
    expect([body, bytes?.subarray(0, 2).toString('hex')]).toEqual(['', '1f8b']);
  });

  test('headers without end are an error of the network', async () => {
    const error = await failure(outbound('127.0.0.0/8')({ url: `http://127.0.0.1:${port}/headers`, method: 'GET' }));
    expect(error.reason).toBe('network');
  });

  test('hosts of other protocols are held against the same ranges', async () => {
    const { resolve } = outbound();
    expect(await resolve('public.example')).toEqual(['93.184.216.34']);
    for (const host of ['hook.example', 'rebound.example', '127.0.0.1', '::1', '[::1]', 'metadata.google.internal']) {
      expect((await failure(resolve(host))).code).toBe('address_refused');
    }
    expect(await outbound('127.0.0.0/8').resolve('hook.example')).toEqual(['127.0.0.1']);
    expect(await failure(resolve('nobody.example'))).toBeInstanceOf(OutboundError);
  });

  test('reads no more than it is told', async () => {
    const response = await outbound('127.0.0.0/8')({ url: `http://127.0.0.1:${port}/long`, mostBytes: 1_000 });
    expect(response.body).toHaveLength(1_000);
  });

  test('reads no more than 64 KB', async () => {
    const response = await outbound('127.0.0.0/8')({ url: `http://127.0.0.1:${port}/long` });
    expect(response.body).toHaveLength(65_536);
  });

  test.each([
    { intent: 'no answer in time', url: '/silent', reason: 'deadline' },
    { intent: 'an answer that never ends', url: '/slow', reason: 'deadline' },
    { intent: 'nobody there', url: null, reason: 'network' },
  ])('$intent', async ({ url, reason }) => {
    const address = url ? `http://127.0.0.1:${port}${url}` : 'http://nobody.example/T0/secret';
    const error = await failure(outbound('127.0.0.0/8')({ url: address, deadlineMs: 100 }));
    expect(error).toBeInstanceOf(OutboundError);
    expect(error.reason).toBe(reason);
    expect(error.message).not.toContain('secret');
  });
});

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Alert } from '@leeway/contract';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { alert, HOSTILE } from '../notify/testdata/messages.ts';
import { Api } from './api.ts';
import { type Notice, noticeCommand, runProgram } from './desktop-programs.ts';
import { readMessages } from './event-stream.ts';
import { decideNotice, gatherNotices, notifyDesktop } from './notify-desktop.ts';

const notice: Notice = {
  key: 'alert_1',
  urgency: 'critical',
  title: `Critical: ${HOSTILE}`,
  body: `$(id) ; ${HOSTILE}`,
};

describe('what is shown', () => {
  const shown = (severity?: Alert['severity']) => new Map(severity ? [['alert_1', severity] as const] : []);
  test.each([
    { intent: 'fires', over: {}, before: undefined, title: 'Critical: flights auc-low' },
    { intent: 'fires on', over: {}, before: 'critical', title: null },
    { intent: 'fires worse', over: {}, before: 'warning', title: 'Critical: flights auc-low' },
    { intent: 'fires less', over: { severity: 'warning' }, before: 'critical', title: null },
    { intent: 'is below what is wanted', over: { severity: 'info' }, before: undefined, title: null },
    { intent: 'is muted', over: { muted: { kind: 'silence' } }, before: undefined, title: null },
    { intent: 'is not sure yet', over: { state: 'pending' }, before: undefined, title: null },
    { intent: 'recovers', over: { state: 'recovering' }, before: 'critical', title: null },
    { intent: 'is over', over: { state: 'resolved' }, before: 'critical', title: 'Resolved: flights auc-low' },
    { intent: 'is over, and was not shown', over: { state: 'resolved' }, before: undefined, title: null },
    { intent: 'is of another model', over: { model: 'other' }, before: undefined, title: null },
  ])('$intent: $title', ({ over, before, title }) => {
    const options = { severity: 'warning', model: 'flights' } as const;
    const got = decideNotice(alert(over as Partial<Alert>), shown(before as Alert['severity']), options);
    expect(got?.title ?? null).toBe(title);
  });

  test('many at once are one, the worst first', () => {
    const many = ['low', 'normal', 'critical', 'low', 'normal'] as const;
    const notices = many.map((urgency, i) => ({ ...notice, urgency, title: `${urgency} ${i}` }));
    expect(gatherNotices(notices.slice(0, 4))).toHaveLength(4);
    expect(gatherNotices(notices)).toEqual([
      { key: 'many', urgency: 'critical', title: '5 alerts changed', body: 'critical 2\nnormal 1\nnormal 4\n+ 2 more' },
    ]);
  });
});

describe('programs', () => {
  test('Linux: urgency, what it replaces, and texts as arguments', () => {
    const { program, args } = noticeCommand('linux', notice, '42');
    expect(program).toBe('notify-send');
    expect(args.slice(0, 5)).toEqual([
      '--app-name=Leeway',
      '--urgency=critical',
      '--print-id',
      '--replace-id=42',
      '--',
    ]);
    expect(args[5]).toBe(notice.title);
    expect(args[6]).not.toMatch(/[<>]/);
    expect(noticeCommand('linux', notice, '1; rm -rf /').args).not.toContain('--replace-id=1; rm -rf /');
  });
  test('macOS: texts are arguments of the script', () => {
    const { program, args } = noticeCommand('darwin', notice, undefined);
    expect(program).toBe('osascript');
    expect(args.slice(-3)).toEqual(['--', notice.title, notice.body]);
    expect(args.slice(0, -3).join(' ')).not.toContain('$(id)');
  });
  test('Windows: texts are in the environment', () => {
    const { program, args, env } = noticeCommand('win32', notice, undefined);
    expect(program).toBe('powershell.exe');
    expect(args.join(' ')).not.toContain('$(id)');
    expect(env).toEqual({ LEEWAY_TITLE: notice.title, LEEWAY_BODY: notice.body, LEEWAY_TAG: 'alert_1' });
  });
  test('one that is not there is said', async () => {
    await expect(runProgram({ program: 'leeway-no-such-program', args: [] })).rejects.toThrow('ENOENT');
  });
});

test('a stream that is torn anywhere reads the same', async () => {
  const bytes = Buffer.from(
    'retry: 2000\n\n: comment\n\nid: 1\r\nevent: x\r\ndata: {"a":"ü"}\r\n\r\nid: 2\ndata: b\ndata:c\n\nid: 3\ndata: unfi',
  );
  for (let at = 0; at <= bytes.length; at++) {
    const read: unknown[] = [];
    const chunks = (async function* () {
      yield bytes.subarray(0, at);
      yield bytes.subarray(at);
    })();
    for await (const message of readMessages(chunks)) read.push(message);
    expect(read).toEqual([
      { id: '1', data: '{"a":"ü"}' },
      { id: '2', data: 'b\nc' },
    ]);
  }
});

/** What `leeway alerts --notify` needs of a server: a list, each alert, and the stream, which the test breaks off. */
class FakeServer {
  readonly alerts = new Map<string, Alert>();
  readonly lastIds: (string | undefined)[] = [];
  #open: ServerResponse | undefined;
  #event = 0;
  readonly server: Server = createServer((request, response) => {
    expect(request.headers.authorization).toBe('Bearer lw_test');
    const url = new URL(request.url ?? '', 'http://x');
    const json = (body: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/api/v1/events') {
      this.lastIds.push(request.headers['last-event-id'] as string | undefined);
      this.#open = response.writeHead(200, { 'content-type': 'text/event-stream' });
      this.#open.write('retry: 2000\n\n');
      return;
    }
    if (url.pathname === '/api/v1/alerts') {
      const all = [...this.alerts.values()];
      json({ alerts: all.filter(({ state }) => state === url.searchParams.get('state')) });
      return;
    }
    const found = this.alerts.get(url.pathname.replace('/api/v1/alerts/', ''));
    if (found) json({ alert: found });
    else json({ code: 'unknown_alert' }, 404);
  });

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  change(one: Alert): void {
    this.alerts.set(one.id, one);
    this.#event += 1;
    const event = {
      id: this.#event,
      at: one.activeAt,
      name: 'alert.changed',
      model: one.model,
      data: { alert: one.id },
    };
    this.#open?.write(`id: ${event.id}\nevent: ${event.name}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  breakOff(): void {
    this.#open?.destroy();
    this.#open = undefined;
  }
}

describe.skipIf(process.platform === 'win32')('with a notify-send on the PATH', () => {
  let folder: string;
  let log: string;
  let fake: FakeServer;
  const path = process.env['PATH'];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'leeway-notify-'));
    log = join(folder, 'log');
    const program = join(folder, 'notify-send');
    // Writes its arguments down, and prints the number of the call as the id of the notification.
    writeFileSync(
      program,
      `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + '\\n');
console.log(100 + readFileSync(${JSON.stringify(log)}, 'utf8').trim().split('\\n').length);
`,
    );
    chmodSync(program, 0o755);
    process.env['PATH'] = `${folder}${delimiter}${path}`;
    fake = new FakeServer();
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(() => {
    process.env['PATH'] = path;
    vi.restoreAllMocks();
    fake.server.closeAllConnections();
    fake.server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const calls = (): string[][] =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as string[])
      : [];
  const seen = (count: number) => vi.waitFor(() => expect(calls()).toHaveLength(count), { timeout: 10_000 });

  test('fires, is over in its place, and what happened during a break is told after it', async () => {
    fake.alerts.set('alert_1', alert());
    const url = await fake.listen();
    const stop = new AbortController();
    const api = await Api.connect({ url, token: 'lw_test' });
    const done = notifyDesktop(api, { severity: 'warning', signal: stop.signal, platform: 'linux', firstWaitMs: 10 });
    await seen(1);
    fake.change(alert({ id: 'alert_2', summary: HOSTILE }));
    await seen(2);
    fake.change(alert({ state: 'resolved' as Alert['state'] }));
    await seen(3);
    fake.breakOff();
    fake.change(alert({ id: 'alert_2', state: 'resolved' as Alert['state'] }));
    fake.change(alert({ id: 'alert_3', severity: 'warning' }));
    await seen(5);
    stop.abort();
    await done;
    const told = calls().map((args) => [args.find((arg) => arg.startsWith('--replace-id')) ?? null, args.at(-2)]);
    expect(told.slice(0, 3)).toEqual([
      [null, 'Critical: flights auc-low'],
      [null, 'Critical: flights auc-low'],
      ['--replace-id=101', 'Resolved: flights auc-low'],
    ]);
    expect(told.slice(3)).toEqual(
      expect.arrayContaining([
        ['--replace-id=102', 'Resolved: flights auc-low'],
        [null, 'Warning: flights auc-low'],
      ]),
    );
    expect(fake.lastIds).toEqual([undefined, '2']);
  });

  test('a wrong token ends it', async () => {
    const server = createServer((_request, response) => response.writeHead(401).end('{"code":"unauthenticated"}'));
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const api = await Api.connect({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'x' });
    const signal = AbortSignal.timeout(10_000);
    await expect(notifyDesktop(api, { severity: 'info', signal })).rejects.toMatchObject({ code: 'unauthenticated' });
    server.close();
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Alert, Delivery, Measurement, Run, VersionInfo } from '@leeway/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { App } from '../packages/server/src/app/app.ts';
import { Api } from '../packages/server/src/cli/api.ts';
import { announce } from '../packages/server/src/cli/commands/serve.ts';
import { readConfig } from '../packages/server/src/config/load.ts';
import { Flights } from '../packages/server/src/demo/flights.ts';
import { play, STORY } from '../packages/server/src/demo/play.ts';
import { type Caught, startReceivers } from '../packages/server/src/demo/receivers.ts';
import { type Summary, summarize } from '../packages/server/src/demo/summary.ts';
import { ManualClock } from '../packages/server/src/platform/clock.ts';
import { createLogger } from '../packages/server/src/platform/log.ts';
import { openBrowser, picture } from './browser.ts';

/** A sixth of the flights, the whole half year: the story of `npm start`, headless, under a clock turned by hand. */
const SHARE = 1 / 6;
const CONFIG = fileURLToPath(new URL('../examples/flights/leeway.yaml', import.meta.url));

let dataDir: string;
let app: App;
let api: Api;
let caught: Caught[];
let close: () => Promise<void>;
let login: string;
let summary: Summary;
let alerts: Alert[];
let runs: Run[];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'leeway-story-'));
  const receivers = await startReceivers(() => {});
  caught = receivers.caught;
  const clock = new ManualClock(STORY.from);
  app = await App.open({
    config: await readConfig(CONFIG),
    dataDir,
    clock,
    port: 0,
    log: createLogger('error'),
    write: () => {},
    env: { ...process.env, ...receivers.env },
  });
  close = async () => {
    await app.close();
    await receivers.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  login = await announce(app, await app.start({ work: false }));
  api = await Api.connect({ data: dataDir });
  const flights = await Flights.load(SHARE);
  await play({ app, clock, api, flights, secondsPerDay: 0, onStep: () => {}, onFault: () => {} });
  summary = await summarize(api);
  ({ alerts } = await api.get<{ alerts: Alert[] }>('/alerts'));
  ({ runs } = await api.get<{ runs: Run[] }>('/runs'));
}, 400_000);

afterAll(() => close?.());

const between = (at: string | null, from: string, to: string) => at !== null && at >= from && at < to;
const firedIn = (rule: string, from: string, to: string) =>
  alerts.filter((a) => a.rule === rule && between(a.firedAt, from, to));

describe('half a year of flights', () => {
  it('trains a first version from the history and serves it', async () => {
    const first = runs.at(-1)!;
    expect(first).toMatchObject({ trigger: 'hand', state: 'promoted', challenger: 'v1', champion: null });
    expect(first.dataset!.trainRows).toBeGreaterThan(40_000 * SHARE);
    expect(first.dataset!.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('notices the bad weather of February, and refuses a challenger that is not better', () => {
    const [alert] = firedIn('miscalibrated', '2001-02-15', '2001-03-10');
    expect(alert).toBeDefined();
    const run = runs.find((candidate) => candidate.alert === alert!.id)!;
    expect(run.state).toBe('rejected');
    const gate = run.gates.find((found) => found.type === 'compare' && found.metric === 'log_loss')!;
    expect(gate.verdict).not.toBe('pass');
    expect(gate.n).toBeGreaterThan(500);
    expect(alert!.resolvedAt).not.toBeNull();
  });

  it('names the column and the airports of the broken feed, and vetoes the retraining', () => {
    const [broken] = firedIn('broken-feed', '2001-03-20', '2001-03-24');
    expect(broken).toMatchObject({ column: 'distance', severity: 'critical', cause: { kind: 'data_quality' } });
    expect(broken!.cause!.summary).toContain('distance');
    expect(
      STORY.fault.airports.filter((airport) => broken!.cause!.summary.includes(airport)).length,
    ).toBeGreaterThanOrEqual(2);
    const vetoed = runs.find((run) => run.state === 'vetoed')!;
    expect(vetoed.error).toMatchObject({ code: 'quality_veto' });
    expect(vetoed.error!.detail).toContain('distance');
    expect(broken!.resolvedAt).not.toBeNull();
  });

  it('notices the spring, proves a challenger better on the same rows, and recovers', async () => {
    const [alert] = firedIn('miscalibrated', '2001-04-15', '2001-05-25');
    expect(alert).toBeDefined();
    const run = runs.find((candidate) => candidate.alert === alert!.id)!;
    expect(run.state).toBe('promoted');
    expect(run.gates.every((gate) => gate.verdict === 'pass')).toBe(true);
    expect(alert!.resolvedAt).not.toBeNull();
    const { versions } = await api.get<{ versions: VersionInfo[] }>('/models/flights-late/versions');
    const promoted = versions.find((version) => version.version === run.challenger)!;
    expect(promoted).toMatchObject({ parent: 'v1', run: run.id });
    expect(promoted.served).toHaveLength(1);
  });

  it('shows what that was worth, against the stale version on the same rows', () => {
    const gain = (metric: string) => {
      return summary.gains.find((found) => found.metric === metric && found.period === 'the fortnight after')!;
    };
    expect(gain('log_loss').days).toBeGreaterThanOrEqual(12);
    expect(gain('log_loss').champion).toBeLessThan(gain('log_loss').stale);
    expect(gain('calibration_bias').champion).toBeLessThan(gain('calibration_bias').stale);
  });

  it('measures every closed day once, with late labels as revisions', async () => {
    const { measurements } = await api.get<{ measurements: Measurement[] }>('/models/flights-late/measurements', {
      metric: 'roc_auc,log_loss,brier_score,calibration_error,precision,recall,service.latency_p95,drift.share',
      monitor: 'daily',
    });
    const days = (metric: string) => measurements.filter((m) => m.metric === metric);
    for (const metric of ['drift.share', 'service.latency_p95']) expect(days(metric)).toHaveLength(150);
    // The last two days are not mature yet.
    for (const metric of ['roc_auc', 'log_loss', 'precision']) expect(days(metric).length).toBeGreaterThanOrEqual(147);
    expect(days('log_loss').some((m) => m.revision > 0)).toBe(true);
    expect(days('roc_auc').every((m) => m.status !== 'ok' || (m.value! > 0.5 && m.value! < 0.9))).toBe(true);
  });

  it('tells of each alert by webhook and by mail, beginning and end, once', async () => {
    const { deliveries } = await api.get<{ deliveries: Delivery[] }>('/deliveries');
    expect(deliveries.filter((delivery) => delivery.state !== 'sent')).toEqual([]);
    for (const by of ['webhook', 'mail'] as const) {
      const subjects = caught.filter((message) => message.by === by).map((message) => message.subject);
      expect(subjects.filter((subject) => subject.includes('FIRING')).length).toBeGreaterThanOrEqual(3);
      expect(subjects.some((subject) => subject.includes('RESOLVED'))).toBe(true);
    }
  });

  it('keeps an audit trail that holds', async () => {
    const { firstBroken } = await api.get<{ firstBroken: number | null }>('/audit');
    expect(firstBroken).toBeNull();
  });
});

const chromium = process.env['LEEWAY_CHROMIUM'];

describe.skipIf(!chromium)('the dashboard of it', () => {
  let session: Awaited<ReturnType<typeof openBrowser>>;
  const at = (path: string) => `${app.url}${path}`;
  const charts = (page: Page) => page.locator('canvas, svg[role=img]').first();

  beforeAll(async () => {
    session = await openBrowser(chromium!);
    const page = await session.newPage();
    await page.goto(login);
    await page.getByText('flights-late').first().waitFor();
    await page.close();
  }, 60_000);

  afterAll(() => session?.browser.close());

  it('lists the model with its version and health', async () => {
    const page = await session.newPage();
    await page.goto(at('/'));
    await page.getByRole('link', { name: 'flights-late' }).first().waitFor();
    expect(await page.locator('body').innerText()).toMatch(/v\d/);
    await picture(page, 'fleet');
    await page.close();
  });

  it.each([
    ['model', '/models/flights-late?range=1y&metric=calibration_bias&monitor=weekly', 'calibration'],
    ['performance', '/models/flights-late?range=1y&metric=log_loss', 'log'],
    ['drift', '/models/flights-late?tab=drift&range=1y', 'distribution'],
    ['quality', '/models/flights-late?tab=quality&range=1y', 'distance'],
    ['service', '/models/flights-late?tab=service&range=1y', 'latency'],
  ])('draws %s', async (name, path, word) => {
    const page = await session.newPage();
    await page.goto(at(path));
    await charts(page).waitFor();
    await page.waitForLoadState('networkidle');
    expect((await page.locator('main').innerText()).toLowerCase()).toContain(word);
    await picture(page, name);
    await page.close();
  });

  it('shows an alert with its cause', async () => {
    const [broken] = firedIn('broken-feed', '2001-03-20', '2001-03-24');
    const page = await session.newPage();
    await page.goto(at(`/alerts/${broken!.id}`));
    await page.getByText('distance').first().waitFor();
    const text = await page.locator('main').innerText();
    for (const airport of ['SFO', 'LAX']) expect(text).toContain(airport);
    await picture(page, 'alert');
    await page.close();
  });

  it('shows a run with its data, gates and decision', async () => {
    const run = runs.find((candidate) => candidate.state === 'promoted' && candidate.alert !== null)!;
    const page = await session.newPage(true);
    await page.goto(at(`/runs/${run.id}`));
    await page.getByText(run.dataset!.hash.slice(0, 8)).first().waitFor();
    const text = await page.locator('main').innerText();
    expect(text).toContain('log_loss');
    expect(text).toMatch(/pass/i);
    await picture(page, 'run');
    await page.close();
  });

  it('refuses whoever is not logged in', async () => {
    const context = await session.browser.newContext();
    const page = await context.newPage();
    await page.goto(at('/models/flights-late'));
    await page.waitForURL(/login/);
    await context.close();
  });

  it('does so without an error in the console', () => {
    expect(session.problems).toEqual([]);
  });
});

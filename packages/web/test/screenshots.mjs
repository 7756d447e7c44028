// Pictures of every page on the fixtures, for a look at what a change did: `node packages/web/test/screenshots.mjs [folder] [name] [width]`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

const [folder = '/tmp/leeway-web', only, width = '1280'] = process.argv.slice(2);
const PAGES = {
  fleet: '/',
  performance: '/models/flights-late?range=1y',
  calibration: '/models/flights-late?metric=calibration_error&range=1y',
  drift: '/models/flights-late?tab=drift&range=1y',
  fairness: '/models/flights-late?tab=fairness&range=1y',
  quality: '/models/flights-late?tab=quality&range=1y',
  service: '/models/flights-late?tab=service&range=1y',
  'model-alerts': '/models/flights-late?tab=alerts',
  versions: '/models/flights-late?tab=versions',
  configuration: '/models/flights-late?tab=configuration',
  unmeasured: '/models/ticket-topic',
  alerts: '/alerts?state=all',
  alert: '/alerts/alert-5',
  'alert-combined': '/alerts/alert-8',
  'on-call': '/on-call',
  runs: '/runs',
  run: '/runs/run-3',
  'run-search': '/runs/run-4',
  'run-failed': '/runs/run-5',
  'run-suggested': '/runs/run-6',
  retraining: '/models/flights-late?tab=runs',
  explain: '/models/flights-late?tab=explain',
  version: '/models/flights-late/versions/v4',
  'version-lineage': '/models/flights-late/versions/v4?tab=lineage',
  'version-diff': '/models/flights-late/versions/v4?tab=diff',
  'version-card': '/models/flights-late/versions/v4?tab=card',
  'version-aliases': '/models/flights-late/versions/v2?tab=aliases',
  silences: '/silences',
  'silences-coming': '/silences?phase=coming',
  review: '/review',
  'review-model': '/review?model=flights-late&days=90',
  channels: '/channels',
  feedback: '/models/flights-late?tab=feedback',
  kpis: '/models/flights-late?tab=kpis',
  backtest: '/models/flights-late/backtest?rule=calibration',
  messages: '/messages',
  audit: '/audit',
  missing: '/runs/run-99',
};

mkdirSync(folder, { recursive: true });
const server = await createServer({
  configFile: join(import.meta.dirname, 'vite.config.ts'),
  server: { port: 0 },
  logLevel: 'error',
});
await server.listen();
const address = server.resolvedUrls.local[0].replace(/\/$/, '');
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
for (const colorScheme of ['light', 'dark']) {
  const page = await browser.newPage({ viewport: { width: Number(width), height: 800 }, colorScheme });
  page.on(
    'console',
    (message) =>
      ['error', 'warning'].includes(message.type()) && console.log(colorScheme, message.text().slice(0, 600)),
  );
  page.on('pageerror', (error) => console.log(colorScheme, page.url(), 'page error:', error.stack?.slice(0, 900)));
  for (const [name, path] of Object.entries(PAGES)) {
    if (only && !name.startsWith(only)) continue;
    await page.goto(address + path);
    await page.locator('h1').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'), null, { timeout: 10_000 });
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true });
    if (name === 'calibration') {
      await page.mouse.move(900, 560);
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(folder, `hover-${colorScheme}.png`) });
    }
  }
  await page.close();
}
await browser.close();
await server.close();

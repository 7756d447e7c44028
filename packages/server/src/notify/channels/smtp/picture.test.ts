import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { measurement } from '../../../alerting/testdata/measurement.ts';
import { chartAlt, chartData } from '../../chart/chart-data.ts';
import { renderChart } from '../../chart/render-chart.ts';
import { messages } from '../../testdata/messages.ts';
import { CHART_CID } from './html.ts';
import { renderMail } from './render.ts';

// A mail as a browser shows it, for the docs: LEEWAY_SCREENSHOTS=1.
const browser = process.env['LEEWAY_CHROMIUM'] ?? '/usr/bin/chromium';
const wanted = process.env['LEEWAY_SCREENSHOTS'] && existsSync(browser);

const DAY = 86_400_000;
const series = Array.from({ length: 30 }, (_, i) => {
  const at = Date.parse('2001-01-08T00:00:00Z') - (29 - i) * DAY;
  const value = i < 27 ? 0.81 + 0.008 * Math.sin(i * 1.7) : 0.743 - 0.0155 * (i - 27);
  return measurement({
    metric: 'roc_auc',
    windowStart: new Date(at).toISOString(),
    windowEnd: new Date(at + DAY).toISOString(),
    value,
    lower: value - 0.012,
    upper: value + 0.012,
  });
});

test.runIf(wanted).each([
  { name: 'mail', size: '760,1050', flags: [] },
  { name: 'mail-phone', size: '500,1160', flags: ['--blink-settings=preferredColorScheme=0'] },
])('$name as a picture', { timeout: 60_000 }, async ({ name, size, flags }) => {
  const [alert] = messages.full.alerts;
  const data = chartData(alert!, series, [{ version: 'v7', startedAt: Date.parse('2001-01-05T21:00:00Z') }])!;
  const png = (await renderChart(data)).toString('base64');
  const { html } = renderMail(messages.full, {
    from: 'leeway@example.org',
    deliveryId: 'dlv_1',
    chart: chartAlt(data),
  });
  const folder = mkdtempSync(join(tmpdir(), 'leeway-picture-'));
  const picture = fileURLToPath(new URL(`../../../../../../docs/images/${name}.png`, import.meta.url));
  try {
    const page = join(folder, 'mail.html');
    writeFileSync(page, html.replace(`cid:${CHART_CID}`, `data:image/png;base64,${png}`));
    const quiet = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--user-data-dir=${folder}`];
    const shot = [`--window-size=${size}`, `--screenshot=${picture}`, `file://${page}`];
    execFileSync(browser, [...quiet, ...flags, ...shot], { stdio: 'ignore', timeout: 50_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(statSync(picture).size).toBeGreaterThan(10_000);
});

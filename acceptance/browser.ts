import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A browser without a window, and what went wrong in its pages. */
export async function openBrowser(
  executablePath: string,
): Promise<{ browser: Browser; newPage(dark?: boolean): Promise<Page>; problems: string[] }> {
  const browser = await chromium.launch({
    executablePath,
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
  const problems: string[] = [];
  return {
    browser,
    problems,
    async newPage(dark = false) {
      const context = browser.contexts()[0] ?? (await browser.newContext({ viewport: { width: 1280, height: 800 } }));
      const page = await context.newPage();
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(String(error)));
      return page;
    },
  };
}

/** Pictures for the README, when they are asked for: LEEWAY_SCREENSHOTS=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env['LEEWAY_SCREENSHOTS']) return;
  const folder = fileURLToPath(new URL('../docs/images', import.meta.url));
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}

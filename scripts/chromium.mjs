// Finds a Chromium for the browser tests, and installs Debian's when it may.
import { existsSync } from 'node:fs';
import { capture, run, say } from './lib.mjs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of a browser, or the reason why there is none. */
export async function findChromium() {
  const given = process.env.LEEWAY_CHROMIUM;
  const present = [given, ...PLACES].find((path) => path && existsSync(path));
  if (present) return { path: present };
  const { code } = await capture('apt-get', ['--version']);
  if (code !== 0 || process.getuid?.() !== 0) {
    return {
      reason: 'no Chromium is installed, and only root on Debian can install one; set LEEWAY_CHROMIUM to a browser',
    };
  }
  say('• installing chromium ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { stdio: 'ignore', env });
  await run('apt-get', ['install', '-y', '-qq', 'chromium', 'fonts-dejavu-core'], { stdio: 'ignore', env });
  return existsSync(PLACES[0]) ? { path: PLACES[0] } : { reason: 'chromium could not be installed' };
}

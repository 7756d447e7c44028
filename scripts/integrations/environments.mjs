// Python environments for tests with real peers, each made once and kept under the user's cache: one for each integrations/NAME.txt
// and version of Python. What is wanted stands in NAME.in; `node scripts/integrations.mjs --lock` writes NAME.txt from it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { capture, ROOT, say } from '../lib.mjs';

const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'leeway', 'integrations');
const FOLDER = join(ROOT, 'integrations');
const bin = process.platform === 'win32' ? 'Scripts' : 'bin';

export const pythonOf = (environment) => join(environment, bin, 'python');
export const programOf = (environment, name) => join(environment, bin, name);

/** The version of Python here, such as "Python 3.11.7"; null without one. */
export async function pythonVersion() {
  const { code, output } = await capture('python3', ['--version']);
  return code === 0 ? output.trim() : null;
}

/**
 * An environment with what integrations/NAME.txt lists: `{folder, seconds}`, where seconds is null if it was there; or `{reason}`.
 */
export async function makeEnvironment(name) {
  const version = await pythonVersion();
  if (version === null) return { reason: 'there is no python3 here' };
  const requirements = join(FOLDER, `${name}.txt`);
  const hash = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex').slice(0, 12);
  const folder = join(CACHE, `${name}-${hash}`);
  const done = join(folder, 'complete');
  if (existsSync(done)) return { folder, seconds: null };
  const began = Date.now();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  say(`• installing ${name} ...`);
  const trouble = await install(folder, requirements);
  if (trouble) {
    rmSync(folder, { recursive: true, force: true });
    return { reason: `${name} could not be installed: ${trouble}` };
  }
  for (const old of readdirSync(CACHE)) {
    if (old.startsWith(`${name}-`) && old !== `${name}-${hash}`) rmSync(join(CACHE, old), { recursive: true });
  }
  writeFileSync(done, '');
  return { folder, seconds: (Date.now() - began) / 1000 };
}

/** By uv, which takes seconds where pip takes minutes; by pip where uv cannot be had. Null, or what went wrong. */
async function install(folder, requirements) {
  const venv = await capture('python3', ['-m', 'venv', folder]);
  if (venv.code !== 0) return lastLine(venv.output);
  const uv = await findUv();
  const python = pythonOf(folder);
  const { code, output } = uv
    ? await capture(uv, ['pip', 'install', '--quiet', '--python', python, '-r', requirements])
    : await capture(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  return code === 0 ? null : lastLine(output);
}

async function findUv() {
  const own = join(CACHE, 'uv');
  for (const uv of [programOf(own, 'uv'), 'uv']) {
    if ((await capture(uv, ['--version'])).code === 0) return uv;
  }
  if ((await capture('python3', ['-m', 'venv', own])).code !== 0) return null;
  const { code } = await capture(pythonOf(own), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    'uv',
  ]);
  return code === 0 ? programOf(own, 'uv') : null;
}

/** Writes each NAME.txt anew from its NAME.in: every package with its version, for every Python from 3.10 on. */
export async function lock() {
  const uv = await findUv();
  if (!uv) throw new Error('uv could not be installed');
  for (const file of readdirSync(FOLDER).filter((each) => each.endsWith('.in'))) {
    const [wanted, locked] = [join(FOLDER, file), join(FOLDER, file.replace(/in$/, 'txt'))];
    // A package that is not developed any more takes no newer ones of others: its file says until when.
    const [, until] = /^# until (\S+)/m.exec(readFileSync(wanted, 'utf8')) ?? [];
    const args = ['pip', 'compile', '--universal', '--python-version', '3.10', '--quiet', '--upgrade'];
    args.push('--no-header', '--no-annotate', ...(until ? ['--exclude-newer', until] : []), wanted, '-o', locked);
    const { code, output } = await capture(uv, args);
    say(code === 0 ? `✓ ${file}` : `✗ ${file}: ${lastLine(output)}`);
    if (code !== 0) process.exitCode = 1;
  }
}

const lastLine = (output) => output.trim().split('\n').at(-1) ?? '';

// The Python packages that Leeway's numbers are checked against and its speed is measured against, each group in an environment
// of its own under .cache/peers, made once. What is wanted stands in conformance/requirements/NAME.txt.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, say } from './lib.mjs';

export const requirementsOf = (name) => join(ROOT, `conformance/requirements/${name}.txt`);

/** `{python}` of an environment, made if it is not there; `{reason}` where it can't be had. */
export function peerPython(name) {
  const wanted = readFileSync(requirementsOf(name), 'utf8');
  const folder = join(ROOT, '.cache/peers', name);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(folder, 'installed.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { python };
  if (spawnSync('python3', ['--version']).status !== 0) return { reason: 'there is no python3 here' };
  say(`installing ${wanted.trim().split('\n').join(', ')}`);
  mkdirSync(dirname(folder), { recursive: true });
  spawnSync('python3', ['-m', 'venv', folder]);
  const pip = spawnSync(python, ['-m', 'pip', 'install', '-q', '-r', requirementsOf(name)], { encoding: 'utf8' });
  if (pip.status !== 0) {
    const why = (pip.stderr ?? String(pip.error)).trim().split('\n').at(-1);
    return { reason: `the packages of ${name} could not be installed: ${why}` };
  }
  writeFileSync(stamp, wanted);
  return { python };
}

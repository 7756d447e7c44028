// npm run dev: the server from a watched build, and beside it the dashboard with hot reload, on fixtures.
import { spawn } from 'node:child_process';
import { build, install, ROOT } from './lib.mjs';

await install();
await build();
const children = [
  ['node', ['node_modules/typescript/bin/tsc', '-b', 'packages/server', '--watch', '--preserveWatchOutput']],
  [
    'node',
    ['--watch-path=packages/server/dist', 'packages/server/dist/cli/main.js', 'serve', ...process.argv.slice(2)],
  ],
  ['npm', ['run', 'dev', '--workspace', '@leeway/web']],
].map(([command, args]) => spawn(command, args, { cwd: ROOT, stdio: 'inherit' }));
process.on('SIGINT', () => children.forEach((child) => child.kill('SIGINT')));
await Promise.race(children.map((child) => new Promise((done) => child.on('exit', done))));
for (const child of children) child.kill();

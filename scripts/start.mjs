// npm start: installs, builds, and plays the demo. Arguments after -- go to `leeway demo`.
import { build, install, ROOT, run } from './lib.mjs';

await install();
await build();
// The demo ends on Ctrl-C by itself; this process only waits for it.
process.on('SIGINT', () => {});
process.exitCode = await run('node', ['packages/server/dist/cli/main.js', 'demo', ...process.argv.slice(2)], {
  cwd: ROOT,
});

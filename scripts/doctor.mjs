// npm run doctor: what would keep Leeway from running here, and what to do about it.
import { build, install, run } from './lib.mjs';

await install();
await build();
process.exitCode = await run('node', ['packages/server/dist/cli/main.js', 'doctor', ...process.argv.slice(2)]);

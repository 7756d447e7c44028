// npm run build: everything, from the sources.
import { rmSync } from 'node:fs';
import { build, install } from './lib.mjs';

await install();
rmSync(new URL('../packages/server/dist/cli/main.js', import.meta.url), { force: true });
rmSync(new URL('../packages/web/dist/index.html', import.meta.url), { force: true });
await build();

// npm run build: everything, from the sources.
import { build, install } from './lib.mjs';

await install();
await build({ everything: true });

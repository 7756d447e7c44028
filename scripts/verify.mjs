// npm run verify: everything that needs neither a database nor a browser, in seconds.
import { install, say, step } from './lib.mjs';

const began = Date.now();
await install();
const bin = (name) => `node_modules/${name}`;
await step('format and lint', 'node', [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']);
await step('types', 'node', [bin('typescript/bin/tsc'), '-b']);
await step('types of the tests', 'node', [bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json']);
await step('unused files, exports and dependencies', 'node', [bin('knip/bin/knip.js')]);
await step('paths and links in the docs', 'node', ['scripts/check-docs.mjs']);
await step('generated reference', 'node', ['scripts/generate-reference.mjs', '--check']);
await step('unit tests', 'node', [bin('vitest/vitest.mjs'), 'run', '--project', 'unit', '--reporter', 'dot']);
say(`verified in ${((Date.now() - began) / 1000).toFixed(1)} s`);

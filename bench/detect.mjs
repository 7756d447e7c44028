// Streaming change detectors: ADWIN, DDM and Page-Hinkley over 10 million values, beside River over the same values (--peers).
//
//   node bench/detect.mjs [--values 10000000] [--quick] [--peers] [--json]
//
// Build first. Both sides read the values from a file before the clock runs, send them one by one, and must find the same drifts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureProcess, peer, quick, report, result, timed } from './lib.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { detector } = await import(join(root, 'packages/stats/dist/index.js'));
const { values: flags } = parseArgs({
  options: {
    values: { type: 'string', default: quick ? '500000' : '10000000' },
    quick: { type: 'boolean' },
    peers: { type: 'boolean' },
    json: { type: 'boolean' },
  },
});
const count = Number(flags.values);

const folder = await mkdtemp(join(tmpdir(), 'leeway-bench-'));
try {
  // The level changes nine times; with one seed, so that every run is over the same values.
  const uniform = random(1);
  const high = (i) => Math.floor((10 * i) / count) % 2;
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const streams = {
    numbers: Float64Array.from({ length: count }, (_, i) => normal() + high(i)),
    mistakes: Float64Array.from({ length: count }, (_, i) => Number(uniform() < (high(i) ? 0.15 : 0.1))),
  };
  for (const [name, values] of Object.entries(streams))
    await writeFile(join(folder, name), new Uint8Array(values.buffer));
  const python = peer('core');
  for (const [id, label, stream] of [
    ['adwin', 'ADWIN', 'numbers'],
    ['ddm', 'DDM', 'mistakes'],
    ['page_hinkley', 'Page-Hinkley', 'numbers'],
  ]) {
    const one = detector(id);
    const run = (length) => {
      const state = one.create();
      const drifts = [];
      for (let i = 0; i < length; i++) if (one.update(state, streams[stream][i]) === 'drift') drifts.push(i);
      return drifts;
    };
    run(200_000); // so that the code is compiled
    const ours = await timed(() => run(count));
    const theirs = python
      ? JSON.parse((await measureProcess(python, [join(root, 'bench/detect.py'), id, join(folder, stream)])).stdout)
      : null;
    if (theirs && theirs.drifts.join() !== ours.value.join()) throw new Error(`${label} finds other drifts than River`);
    result(`${label}, ${count.toLocaleString('en')} values`, {
      ours: count / ours.seconds,
      bare: theirs && count / theirs.seconds,
      against: `River ${theirs?.version ?? ''}`.trim(),
      unit: 'values/s',
      want: 3,
      note: `(${ours.value.length} drifts${theirs ? ', the same' : ''})`,
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
report();

/** Numbers from 0 to 1 of a seed (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// SHAP values of a sum of trees, beside the shap package's (--peers) for the same trees and rows in one run: against a background, and
// by the paths. Times are of the values alone, without the start of the process; shap computes them in C++.
//
//   node bench/explain.mjs [--rows 1000] [--quick] [--peers]
//
// Build first. The trees are drawn: 100 of 64 leaves over 20 features.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countCovers, treeShap } from '../packages/stats/dist/index.js';
import { measureProcess, median, peer, quick, report, result, timed } from './lib.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: quick ? '200' : '1000' },
    quick: { type: 'boolean' },
    peers: { type: 'boolean' },
  },
});
const n = Number(flags.rows);
const [FEATURES, TREES, DEPTH, BACKGROUND, RUNS] = [20, 100, 6, 100, quick ? 1 : 3];

let state = 1;
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const inner = 2 ** DEPTH - 1;
const nodes = 2 ** (DEPTH + 1) - 1;
const drawn = Array.from({ length: TREES }, () => ({
  feature: Int32Array.from({ length: nodes }, (_, i) => (i < inner ? Math.floor(random() * FEATURES) : -1)),
  comparison: new Uint8Array(nodes),
  threshold: Float64Array.from({ length: nodes }, (_, i) => (i < inner ? random() : 0)),
  missingYes: new Uint8Array(nodes),
  yes: Int32Array.from({ length: nodes }, (_, i) => (i < inner ? 2 * i + 1 : -1)),
  no: Int32Array.from({ length: nodes }, (_, i) => (i < inner ? 2 * i + 2 : -1)),
  cover: new Float64Array(nodes),
  values: Float64Array.from({ length: nodes }, (_, i) => (i < inner ? 0 : random() - 0.5)),
}));
const rowsOf = (count) => Float64Array.from({ length: count * FEATURES }, random);
const ensemble = countCovers({ features: FEATURES, outputs: 1, base: new Float64Array(1), trees: drawn }, rowsOf(2000));
// One row more for each leaf: shap refuses trees with leaves that no row came to.
for (const { cover } of ensemble.trees) {
  for (let node = nodes - 1; node >= 0; node--) {
    cover[node] = node < inner ? cover[2 * node + 1] + cover[2 * node + 2] : cover[node] + 1;
  }
}
const [rows, background] = [rowsOf(n), rowsOf(BACKGROUND)];

const folder = await mkdtemp(join(tmpdir(), 'leeway-bench-'));
try {
  const ours = {};
  for (const [name, options] of [
    ['interventional', { background }],
    ['path-dependent', {}],
  ]) {
    const runs = [];
    for (let i = 0; i < RUNS; i++) {
      const { value, seconds } = await timed(() => treeShap(ensemble, rows, options));
      runs.push(seconds);
      ours[name] = { values: value.values[0] };
    }
    ours[name].seconds = median(runs);
  }
  const python = peer('explain');
  const file = join(folder, 'model.json');
  const list = (values) => Array.from(values);
  await writeFile(
    file,
    JSON.stringify({
      ...{ features: FEATURES, rows: list(rows), background: list(background) },
      trees: ensemble.trees.map(({ feature, threshold, yes, no, cover, values }) => ({
        ...{ features: list(feature), thresholds: list(threshold), values: list(values).map((value) => [value]) },
        ...{ children_left: list(yes), children_right: list(no), children_default: list(no) },
        node_sample_weight: list(cover),
      })),
    }),
  );
  const script = join(root, 'bench/shap-explain.py');
  const theirs = python && JSON.parse((await measureProcess(python, ['-W', 'ignore', script, file])).stdout);
  for (const [name, { seconds, values }] of Object.entries(ours)) {
    const other = theirs?.[name];
    const gap = other && Math.max(...other.values.map((value, i) => Math.abs(value - values[i])));
    result(`SHAP values, ${name}, ${n.toLocaleString('en')} rows`, {
      ours: values.length / seconds,
      bare: other ? values.length / other.seconds : null,
      against: "shap's TreeExplainer",
      unit: 'values/s',
      want: name === 'interventional' ? 1 : undefined,
      note: other ? `the largest difference is ${gap.toExponential(0)}` : '',
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
report();

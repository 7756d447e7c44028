// What the benches share: time, memory, ratios, a table at the end. A bare time says little; a ratio in one run says something.
import { performance } from 'node:perf_hooks';

export const quick = process.argv.includes('--quick');

const results = [];

/** Keeps a result: ours beside a bare engine or a peer in the same run. */
export function result(name, { ours, bare, unit, want, higherIsBetter = true, note = '' }) {
  const ratio = higherIsBetter ? ours / bare : bare / ours;
  results.push({ name, ours, bare, unit, ratio, want, note });
  console.error(
    `${name}: ${format(ours)} ${unit} against ${format(bare)} ${unit}, ratio ${ratio.toFixed(2)}${want ? ` (wanted ${want})` : ''} ${note}`,
  );
}

export async function timed(work) {
  const began = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1000 };
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const peakMemoryMb = () => Math.round(process.resourceUsage().maxRSS / 1024);

export function report() {
  console.log(JSON.stringify({ quick, node: process.version, peakMemoryMb: peakMemoryMb(), results }, null, 2));
}

function format(value) {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

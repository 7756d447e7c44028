import { defineDetector } from './detector.ts';

/**
 * Drift detection method. Follows the error rate p and its deviation s = sqrt(p (1 - p) / n). A warning when p + s exceeds
 * p_min + 2 s_min, a drift when it exceeds p_min + 3 s_min, where the minimum is that of p + s so far. Sees sudden rises of the
 * error rate; a slow rise lifts the minimum's surroundings with it, and improvement is never a drift.
 *
 * Source: Gama, Medas, Castillo and Rodrigues (2004), SBIA, 286-295.
 */
export const ddm = defineDetector({
  id: 'ddm',
  label: 'DDM (drift detection method)',
  input: 'error',
  warns: true,
  parameters: {
    warm_start: { default: 30, integer: true, minimum: 1, description: 'Values before the first test.' },
    warning_threshold: { default: 2, above: 0, description: 'Deviations above the minimum that are a warning.' },
    drift_threshold: { default: 3, above: 0, description: 'Deviations above the minimum that are a drift.' },
  },
  reference: 'Gama, Medas, Castillo and Rodrigues (2004), SBIA, 286-295',

  start: () => ({ n: 0, p: 0, lowest: Number.MAX_VALUE, lowestP: 0, lowestS: 0 }),

  step(since, value, { warm_start, warning_threshold, drift_threshold }) {
    const n = since.n + 1;
    const p = since.p + (1 / n) * (value - since.p);
    since.n = n;
    since.p = p;
    if (n <= warm_start) return 'none';
    const s = Math.sqrt((p * (1 - p)) / n);
    if (p + s <= since.lowest) {
      since.lowest = p + s;
      since.lowestP = p;
      since.lowestS = s;
    }
    if (p + s > since.lowestP + drift_threshold * since.lowestS) return 'drift';
    return p + s > since.lowestP + warning_threshold * since.lowestS ? 'warning' : 'none';
  },
});

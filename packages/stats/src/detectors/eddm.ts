import { defineDetector } from './detector.ts';

/**
 * Early drift detection method. Follows the distance between two mistakes: its mean p' plus two deviations s'. When that falls
 * below a share of the largest it has ever been, mistakes come closer together: a warning below `alpha`, a drift below `beta`.
 * Sees slow changes better than DDM, and is easily alarmed by noise.
 *
 * As in River, the distance before the first mistake is one too, and a warning stays until a mistake takes it back.
 *
 * Source: Baena-García et al. (2006), Fourth International Workshop on Knowledge Discovery from Data Streams.
 */
export const eddm = defineDetector({
  id: 'eddm',
  label: 'EDDM (early drift detection method)',
  input: 'error',
  warns: true,
  parameters: {
    warm_start: { default: 30, integer: true, minimum: 1, description: 'Mistakes before the first test.' },
    alpha: { default: 0.95, above: 0, maximum: 1, description: 'Share of the largest distance that is a warning.' },
    beta: { default: 0.9, above: 0, maximum: 1, description: 'Share of the largest distance that is a drift.' },
  },
  reference: 'Baena-García et al. (2006), Workshop on Knowledge Discovery from Data Streams',
  conflict: ({ alpha, beta }) => (alpha < beta ? `alpha (${alpha}) must be at least beta (${beta})` : null),

  start: () => ({ n: 0, lastError: 0, errors: 0, mean: 0, squares: 0, largest: -1, warning: false }),

  step(since, value, { warm_start, alpha, beta }) {
    since.n++;
    if (value === 1) {
      since.errors++;
      const distance = since.n - since.lastError;
      const mean = since.mean + (1 / since.errors) * (distance - since.mean);
      since.squares += (distance - since.mean) * (distance - mean);
      since.mean = mean;
      since.lastError = since.n;
      if (since.n > warm_start) {
        const deviation = since.errors > 1 ? Math.sqrt(since.squares / (since.errors - 1)) : 0;
        const reach = mean + 2 * deviation;
        if (reach > since.largest) since.largest = reach;
        else if (since.errors > warm_start) {
          const level = reach / since.largest;
          if (level < beta) return 'drift';
          since.warning = level < alpha;
        }
      }
    }
    return since.warning ? 'warning' : 'none';
  },
});

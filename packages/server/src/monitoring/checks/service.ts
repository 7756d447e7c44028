import { INSTANT, predictionsTable } from '../../warehouse/model-tables.ts';
import { instant } from '../../warehouse/warehouse.ts';
import type { Check, Finding } from '../check.ts';

/** How the model answered: latency in milliseconds, share of errors, requests. */
export const service: Check = {
  name: 'service',
  phase: 'closed',
  async measure({ warehouse, model, from, to }) {
    const [row] = await warehouse.query<{
      rows: number;
      requests: number;
      errors: number;
      timed: number;
      q: (number | null)[];
    }>(
      `SELECT count() AS rows, uniqExact(request) AS requests, countIf(error != '') AS errors, count(latency_ms) AS timed,
         quantiles(0.5, 0.95, 0.99)(latency_ms) AS q
       FROM ${predictionsTable(model)}
       WHERE time >= {from:${INSTANT}} AND time < {to:${INSTANT}} AND role IN ('live', 'pinned')`,
      { from: instant(from), to: instant(to) },
      'check/service',
    );
    if (!row || row.rows === 0) {
      return [
        { metric: 'service.requests', value: 0, n: 0, status: 'no_data', reason: 'no request came in this window' },
      ];
    }
    const findings: Finding[] = [
      { metric: 'service.requests', value: row.requests, n: row.rows },
      { metric: 'service.error_share', value: row.errors / row.rows, n: row.rows },
    ];
    for (const [i, name] of ['p50', 'p95', 'p99'].entries()) {
      const value = row.q[i] ?? null;
      findings.push({
        metric: `service.latency_${name}`,
        value,
        n: row.timed,
        ...(row.timed === 0 ? { status: 'no_data' as const, reason: 'no latency was recorded' } : {}),
      });
    }
    return findings;
  },
};

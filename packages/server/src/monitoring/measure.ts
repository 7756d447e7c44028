import type { Measurement, ModelConfig, MonitorConfig } from '@leeway/contract';
import type { Context } from '../context.ts';
import { iso } from '../platform/clock.ts';
import { championOf } from '../registry/versions.ts';
import type { Check, Finding, Scope } from './check.ts';
import { CHECKS } from './checks/index.ts';
import type { Span } from './decide/windows.ts';
import { storeMeasurements } from './measurements.ts';
import { referenceFor, storeProfiles } from './reference.ts';
import { summarizeWindow } from './summaries.ts';

/**
 * Measures a closed window and stores what it found. Measuring the same window at the same revision again gives the same
 * rows, so a step that died in the middle may simply be repeated.
 */
export async function measureWindow(
  ctx: Context,
  model: ModelConfig,
  monitor: MonitorConfig,
  { start, end }: Span,
  phase: Check['phase'],
  revision: number,
): Promise<void> {
  const now = ctx.clock.now();
  const champion = await championOf(ctx.store.db, model.name, end - 1);
  const reference = await referenceFor(ctx, model, monitor, { start, end });
  const scope: Scope = {
    warehouse: ctx.warehouse,
    model,
    monitor,
    from: start,
    to: end,
    asOf: now,
    reference,
    champion: champion?.version ?? '',
    baseline: champion?.metrics ?? {},
  };
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    if (check.phase === phase && monitor.checks.includes(check.name)) findings.push(...(await check.measure(scope)));
  }
  const measurements = findings.map(
    (finding): Measurement => ({
      model: model.name,
      monitor: monitor.name,
      column: '',
      slice: '',
      version: '',
      lower: null,
      upper: null,
      coverage: null,
      reference: null,
      threshold: null,
      status: 'ok',
      reason: '',
      detail: {},
      ...finding,
      windowStart: iso(start),
      windowEnd: iso(end),
      revision,
      computedAt: iso(now),
    }),
  );
  await storeMeasurements(ctx.warehouse, measurements);
  if (reference && phase === 'closed') {
    const summaries = await summarizeWindow(scope);
    const profiles = [...(summaries.get('') ?? [])].map(([column, summary]) => ({ slice: '', column, summary }));
    await storeProfiles(ctx, model, { reference: reference.key, version: '', from: start, to: end }, profiles);
  }
}

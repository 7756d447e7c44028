import { defineGate } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { figure } from './words.ts';

/** Bytes of the artifact, and their ratio to the champion's. */
export const size = defineGate<'size'>({
  type: 'size',
  phase: 'live',
  async judge(gate, { challenger, champion }) {
    const { bytes } = challenger;
    const most = champion ? gate.ratio * champion.bytes : null;
    const limit = Math.min(gate.bytes ?? Infinity, most ?? Infinity);
    const base = {
      ...{ metric: 'bytes', better: 'lower' as const, challenger: bytes, champion: champion?.bytes ?? null },
      difference: champion ? bytes - champion.bytes : null,
      limit: Number.isFinite(limit) ? limit : null,
    } as const;
    if (!Number.isFinite(limit)) return gateResult(gate, { ...base, verdict: 'inconclusive', reason: 'no_champion' });
    const passes = bytes <= limit;
    return gateResult(gate, {
      ...base,
      verdict: passes ? 'pass' : 'fail',
      reason: passes ? 'meets_threshold' : 'misses_threshold',
      statement: `${figure(bytes)} bytes${champion ? ` against ${figure(champion.bytes)} of the champion` : ''}; asked was at most ${figure(Math.floor(limit))}`,
    });
  },
});

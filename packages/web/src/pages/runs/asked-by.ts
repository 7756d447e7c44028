import type { GateResult } from '@leeway/contract';
import { formatDifference, formatNumber, words } from '../../lib/format.ts';

const FORMS: Record<string, string> = {
  superiority: 'better',
  non_inferiority: 'not worse',
  equivalence: 'the same',
};

/** What a gate asks, in a few words. */
export function askedBy({ type, form, margin, metric, confidence }: GateResult): string {
  const asked = form === null ? words(type).toLowerCase() : (FORMS[form] ?? form);
  const by = margin === null || margin === 0 ? '' : ` by ${formatDifference(metric, margin).replace('+', '')}`;
  return `${asked}${by}${confidence === null ? '' : `, ${formatNumber(confidence * 100)} % sure`}`;
}

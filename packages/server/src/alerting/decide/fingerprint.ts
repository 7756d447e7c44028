import { createHash } from 'node:crypto';
import type { RuleConfig } from '@leeway/contract';

/** Names what a rule judges and how. Wording, labels and severity are not in it: changing them ends no alert. */
export function fingerprint(rule: RuleConfig): string {
  const { monitor, metric, column, slice, above, below, outside, against, relative, significant, clear } = rule;
  const { for: windows, of, keepFiring, noData, minimumRows, threshold } = rule;
  const condition = [metric, column, slice, above, below, outside, against, relative, significant, clear, minimumRows];
  const judging = [monitor, ...condition, windows, of, keepFiring, noData, ...(threshold ? [threshold] : [])];
  return createHash('sha256').update(JSON.stringify(judging)).digest('hex').slice(0, 16);
}

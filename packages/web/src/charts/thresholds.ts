import type { ModelConfig, Severity } from '@leeway/contract';
import type { Point } from './series.ts';

type Rule = ModelConfig['rules'][number];

export interface ThresholdLine {
  /** Null for a line that no rule alerts at. */
  rule: string | null;
  severity: Severity;
  side: 'above' | 'below';
  /** For each point, in the unit of the value; null where the rule has nothing to compare with. */
  values: (number | null)[];
}

/** The lines that rules draw through a chart. A change against the reference or the window before moves with what it is against. */
export function thresholdsOf(
  rules: readonly Rule[],
  { metric, column = '', slice = '' }: { metric: string; column?: string; slice?: string },
  points: readonly Point[],
): ThresholdLine[] {
  const about = rules.filter(
    (rule) =>
      rule.metric === metric && (rule.column === '*' || (rule.column ?? '') === column) && (rule.slice ?? '') === slice,
  );
  return about.flatMap((rule) =>
    limitsOf(rule).map(({ side, limit }) => ({
      rule: rule.name,
      // By cost it is known of each alert only.
      severity: typeof rule.severity === 'string' ? rule.severity : 'warning',
      side,
      values: points.map((point, i) => lineAt(rule, limit, baseOf(rule, point, points.slice(0, i)))),
    })),
  );
}

function limitsOf({ above, below, outside }: Rule): { side: 'above' | 'below'; limit: number }[] {
  return [
    ...(above === undefined ? [] : [{ side: 'above' as const, limit: above }]),
    ...(below === undefined ? [] : [{ side: 'below' as const, limit: below }]),
    ...(outside === undefined
      ? []
      : [
          { side: 'below' as const, limit: outside[0] },
          { side: 'above' as const, limit: outside[1] },
        ]),
  ];
}

function baseOf(rule: Rule, point: Point, earlier: readonly Point[]): number | null {
  if (rule.against === 'absolute') return 0;
  if (rule.against === 'reference') return point.reference;
  return earlier.findLast(({ status }) => status === 'ok')?.value ?? null;
}

function lineAt(rule: Rule, limit: number, base: number | null): number | null {
  if (base === null) return null;
  return base + limit * (rule.relative && rule.against !== 'absolute' ? Math.abs(base) : 1);
}

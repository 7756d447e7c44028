import type { ColumnType, FittedStep } from '@leeway/contract';
import { featureColumn } from '../../warehouse/model-tables.ts';
import { float, quoted } from '../../warehouse/warehouse.ts';
import { kindOf } from './plan-steps.ts';

/** SQL of each column as it is after the steps so far, in order. */
export type Expressions = ReadonlyMap<string, string>;

/** The columns as they were recorded. A number that is not finite is missing, a boolean is 0 or 1. */
export const rawExpressions = (features: ReadonlyMap<string, ColumnType>): Expressions =>
  new Map(
    Array.from(features, ([name, type]) => {
      const column = featureColumn(name);
      if (type === 'numeric') return [name, `if(isFinite(${column}), ${column}, NULL)`];
      return [name, kindOf(type) === 'number' ? `toFloat64(${column})` : column];
    }),
  );

const texts = (values: readonly string[]): string => `[${values.map(quoted).join(', ')}]`;

/** The columns after one more step; the same as `applySteps` does to columns in memory. */
export function applySql(columns: Expressions, step: FittedStep): Expressions {
  const next = new Map<string, string>();
  for (const [name, x] of columns) {
    if (name !== step.column) next.set(name, x);
    else for (const [i, to] of step.to.entries()) next.set(to, expressionOf(step, x, i));
  }
  return next;
}

function expressionOf({ do: what, numbers, texts: values }: FittedStep, x: string, i: number): string {
  const [first = 0, second = 0] = numbers;
  switch (what) {
    case 'impute':
      return values.length > 0 ? `ifNull(toString(${x}), ${quoted(values[0]!)})` : `ifNull(${x}, ${float(first)})`;
    case 'clip':
      return `if(isNull(${x}), NULL, greatest(${float(first)}, least(${float(second)}, ${x})))`;
    case 'log1p':
      return `if(${x} > -1, log1p(${x}), NULL)`;
    case 'standardize':
      return `((${x}) - (${float(first)})) / ${float(second > 0 ? second : 1)}`;
    case 'min_max':
      return `((${x}) - (${float(first)})) / ${float(second > first ? second - first : 1)}`;
    case 'one_hot':
      return `if(ifNull(toString(${x}), '') = ${quoted(values[i]!)} AND ${x} IS NOT NULL, 1.0, 0.0)`;
    case 'ordinal': {
      const places = `[${values.map((_, place) => float(place)).join(', ')}]`;
      if (values.length === 0) return `if(isNull(${x}), NULL, ${float(first)})`;
      return `if(isNull(${x}), NULL, transform(ifNull(toString(${x}), ''), ${texts(values)}, ${places}, ${float(first)}))`;
    }
    case 'bin':
      return numbers.length === 0
        ? `if(isNull(${x}), NULL, 0.0)`
        : `if(isNull(${x}), NULL, toFloat64(arrayCount(edge -> edge <= ifNull(${x}, 0), [${numbers.map(float).join(', ')}])))`;
    default:
      return x;
  }
}

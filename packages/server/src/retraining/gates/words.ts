import type { GateResult } from '@leeway/contract';

/** A number as people read it: four digits that count, thousands parted. */
export function figure(value: number | null): string {
  if (value === null) return 'none';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString('en-US');
  const text = Number(value.toPrecision(4));
  return Math.abs(text) >= 1e-4 && Math.abs(text) < 1e9 ? String(text) : value.toExponential(3);
}

/** A difference, with its sign. */
export const signed = (value: number | null): string =>
  value === null ? 'none' : value > 0 ? `+${figure(value)}` : figure(value);

const FORMS: Record<string, (margin: string) => string> = {
  superiority: (margin) => `better by more than ${margin}`,
  non_inferiority: (margin) => `not worse by more than ${margin}`,
  equivalence: (margin) => `neither better nor worse by more than ${margin}`,
};

type Numbers = Pick<
  GateResult,
  'metric' | 'champion' | 'challenger' | 'difference' | 'lower' | 'upper' | 'form' | 'margin' | 'confidence' | 'n'
>;

/** A comparison in a sentence, with what was asked. */
export function comparisonStatement(numbers: Numbers): string {
  const { metric, champion, challenger, difference, lower, upper, form, margin, confidence, n } = numbers;
  if (difference === null) return '';
  const interval =
    lower === null
      ? 'without an interval'
      : `${figure((confidence ?? 0.95) * 100)} % interval ${signed(lower)} to ${signed(upper)}`;
  const asked = form && FORMS[form] ? `; asked was ${FORMS[form](figure(margin ?? 0))}` : '';
  return `${metric} ${figure(challenger)} against ${figure(champion)} of the champion, ${signed(difference)}, ${interval}, ${figure(n)} rows${asked}`;
}

/** A result in a few words, for the sentence of a decision. */
export const describeGate = ({ type, name, reason }: GateResult): string =>
  type === 'none' ? reason : `${name} (${reason})`;

const SIGNS = { pass: 'pass', fail: 'FAIL', inconclusive: 'open' } as const;

/** Results as lines with aligned columns, for a terminal. */
export function describeGates(gates: readonly GateResult[]): string[] {
  const rows = gates.map((gate) => [
    SIGNS[gate.verdict],
    gate.name,
    gate.challenger === null ? '' : figure(gate.challenger),
    gate.champion === null ? '' : figure(gate.champion),
    gate.difference === null ? '' : signed(gate.difference),
    gate.lower === null || gate.upper === null ? '' : `[${figure(gate.lower)}, ${figure(gate.upper)}]`,
    gate.n === 0 ? '' : figure(gate.n),
    gate.reason.replaceAll('_', ' '),
  ]);
  if (rows.length === 0) return [];
  const table = [['', 'gate', 'challenger', 'champion', 'difference', 'interval', 'rows', 'why'], ...rows];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const right = (i: number) => i >= 2 && i <= 6;
  return table.map((row) =>
    row
      .map((cell, i) => (right(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}

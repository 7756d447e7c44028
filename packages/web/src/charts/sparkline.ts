/** A line through values, as an SVG path in a box; it stands on zero. Null where there is nothing to draw. */
export function sparklinePath(values: readonly number[], width: number, height: number): string | null {
  if (values.length === 0) return null;
  const top = Math.max(...values, 1);
  const x = (i: number) => (values.length === 1 ? width / 2 : (i / (values.length - 1)) * width);
  const y = (value: number) => height - (value / top) * (height - 1);
  const round = (n: number) => Math.round(n * 10) / 10;
  return values.map((value, i) => `${i === 0 ? 'M' : 'L'}${round(x(i))} ${round(y(value))}`).join('');
}

/** Days between the first and the last as a row without holes: a day without predictions counts zero. */
export function fillDays(days: readonly { day: string; rows: number }[]): { day: string; rows: number }[] {
  const rows = new Map(days.map((one) => [one.day, one.rows]));
  const sorted = [...rows.keys()].sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last) return [];
  const filled: { day: string; rows: number }[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    filled.push({ day, rows: rows.get(day) ?? 0 });
  }
  return filled;
}

const WIDTH = 96;
const HEIGHT = 10;

/** A length beside a number; the number is written, so the bar says nothing more. */
export function Bar({ share, color = 'var(--mantine-primary-color-filled)' }: { share: number; color?: string }) {
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden="true" className="bar">
      <rect width={WIDTH} height={HEIGHT} rx={2} fill="var(--edge)" opacity={0.6} />
      <rect width={WIDTH * Math.min(1, Math.max(0, share))} height={HEIGHT} rx={2} fill={color} />
    </svg>
  );
}

interface IntervalBarProps {
  value: number;
  lower: number | null;
  upper: number | null;
  /** The axis, which the bars of a table share. */
  from: number;
  to: number;
  /** Where it begins to matter. */
  limit?: number | null;
}

/** A value with its interval on an axis, and the limit that it is held against. */
export function IntervalBar({ value, lower, upper, from, to, limit = null }: IntervalBarProps) {
  const wide = 1.5 * WIDTH;
  const x = (at: number) => 4 + (wide - 8) * Math.min(1, Math.max(0, to === from ? 0.5 : (at - from) / (to - from)));
  return (
    <svg width={wide} height={16} aria-hidden="true" style={{ verticalAlign: 'middle' }}>
      <line x1={4} x2={wide - 4} y1={8} y2={8} stroke="var(--edge)" />
      {limit !== null && (
        <line x1={x(limit)} x2={x(limit)} y1={0} y2={16} stroke="var(--critical)" strokeDasharray="3 2" />
      )}
      {lower !== null && upper !== null && (
        <line x1={x(lower)} x2={x(upper)} y1={8} y2={8} stroke="var(--quiet)" strokeWidth={3} strokeLinecap="round" />
      )}
      <circle cx={x(value)} cy={8} r={4} fill="var(--mantine-primary-color-filled)" />
    </svg>
  );
}

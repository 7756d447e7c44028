import { Tooltip } from '@mantine/core';
import { fillDays, sparklinePath } from '../charts/sparkline.ts';
import { formatCount } from '../lib/format.ts';

const WIDTH = 112;
const HEIGHT = 26;

export function Sparkline({ days }: { days: readonly { day: string; rows: number }[] }) {
  const filled = fillDays(days);
  const last = filled.at(-1);
  const path = sparklinePath(
    filled.map(({ rows }) => rows),
    WIDTH,
    HEIGHT,
  );
  if (!path || !last) return <span className="quiet">no predictions</span>;
  const label = `${formatCount(last.rows)} on ${last.day}, ${filled.length} days shown`;
  return (
    <Tooltip label={label}>
      <svg width={WIDTH} height={HEIGHT + 2} role="img" aria-label={`Predictions per day: ${label}`}>
        <path d={`${path}V${HEIGHT}H0Z`} fill="var(--mantine-primary-color-filled)" opacity={0.12} />
        <path d={path} fill="none" stroke="var(--mantine-primary-color-filled)" strokeWidth={1.5} />
      </svg>
    </Tooltip>
  );
}

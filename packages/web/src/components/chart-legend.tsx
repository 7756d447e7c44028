import type { ReactNode } from 'react';
import { usePalette } from './chart.tsx';

const WIDTH = 18;

function Swatch({ children }: { children: ReactNode }) {
  return (
    <svg width={WIDTH} height={10} aria-hidden="true">
      {children}
    </svg>
  );
}

interface TimelineLegendProps {
  interval: boolean;
  threshold: boolean;
  reference: boolean;
  estimate?: boolean;
  alert: boolean;
}

/** What the lines and areas of a timeline mean. */
export function TimelineLegend({ interval, threshold, reference, estimate = false, alert }: TimelineLegendProps) {
  const palette = usePalette();
  const line = { x1: 0, x2: WIDTH, y1: 5, y2: 5 };
  return (
    <div className="legend">
      <span>
        <Swatch>
          {interval && <rect width={WIDTH} height={10} fill={palette.accent} opacity={0.18} />}
          <line {...line} stroke={palette.accent} strokeWidth={2} />
        </Swatch>
        {interval ? 'value with its 95 % interval' : 'value'}
      </span>
      {reference && (
        <span>
          <Swatch>
            <line {...line} stroke={palette.reference} strokeWidth={1.5} />
          </Swatch>
          reference
        </span>
      )}
      {estimate && (
        <span>
          <Swatch>
            <rect width={WIDTH} height={10} fill={palette.estimate} opacity={0.18} />
            <line {...line} stroke={palette.estimate} strokeWidth={2} />
          </Swatch>
          estimated without labels, shaded where that can't be trusted
        </span>
      )}
      {threshold && (
        <span>
          <Swatch>
            <line {...line} stroke={palette.threshold} strokeWidth={1.5} strokeDasharray="4 3" />
          </Swatch>
          threshold of a rule
        </span>
      )}
      {alert && (
        <span>
          <Swatch>
            <rect width={WIDTH} height={10} fill={palette.critical} opacity={0.2} />
          </Swatch>
          alert about this metric
        </span>
      )}
      <span>
        <Swatch>
          <rect width={WIDTH} height={10} fill={palette.dim} opacity={0.25} />
          <circle cx={9} cy={5} r={3} fill={palette.surface} stroke={palette.dim} />
        </Swatch>
        not enough data, or none
      </span>
    </div>
  );
}

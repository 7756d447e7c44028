import { Text, UnstyledButton } from '@mantine/core';
import { type Point, STATUS_WORDS } from '../../charts/series.ts';
import { formatMetric } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import classes from './metric-tiles.module.css';

interface MetricTilesProps {
  metrics: readonly string[];
  latest: (metric: string) => Point | undefined;
  firing: ReadonlySet<string>;
  chosen: string;
  onChoose: (metric: string) => void;
}

/** The metrics with their last value; one of them is chosen for the chart. */
export function MetricTiles({ metrics, latest, firing, chosen, onChoose }: MetricTilesProps) {
  return (
    <div className={classes.tiles} role="radiogroup" aria-label="Metric of the chart">
      {metrics.map((metric) => {
        const point = latest(metric);
        return (
          <UnstyledButton
            key={metric}
            className={classes.tile}
            role="radio"
            aria-checked={metric === chosen}
            onClick={() => onChoose(metric)}
          >
            <Text size="xs" c="dimmed" truncate>
              {describeMetric(metric).label}
            </Text>
            <Text size="md" fw={600} {...(point?.status === 'ok' ? {} : { c: 'dimmed' })} truncate>
              {point === undefined
                ? 'not measured'
                : point.status === 'ok'
                  ? formatMetric(metric, point.value)
                  : STATUS_WORDS[point.status]}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {firing.has(metric) ? (
                <span style={{ color: 'var(--critical)', fontWeight: 500 }}>alert firing</span>
              ) : point?.reference === null || point === undefined ? (
                'no reference'
              ) : (
                `reference ${formatMetric(metric, point.reference)}`
              )}
            </Text>
          </UnstyledButton>
        );
      })}
    </div>
  );
}

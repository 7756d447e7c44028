import type { Alert, Cause } from '@leeway/contract';
import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { DataTable } from '../../components/data-table.tsx';
import { formatCount, formatMetric, words } from '../../lib/format.ts';
import { describeMetric } from '../../lib/metrics.ts';
import classes from './alerts.module.css';

/** The cause in a sentence, and the columns and slices that speak for it. */
export function CausePanel({ alert, cause }: { alert: Alert; cause: Cause }) {
  return (
    <>
      <Text size="sm">
        <strong>{words(cause.kind)}.</strong> {cause.summary}
      </Text>
      <div className={classes['tables']}>
        {cause.columns.length > 0 && (
          <DataTable
            label="Columns that stand out"
            rows={cause.columns}
            rowKey={({ column, metric }) => `${column} ${metric}`}
            empty=""
            columns={[
              {
                title: 'Column',
                cell: ({ column, metric }) => (
                  <Anchor
                    renderRoot={(props) => (
                      <Link
                        to="/models/$model"
                        params={{ model: alert.model }}
                        search={{
                          tab: metric.startsWith('quality.') ? 'quality' : 'drift',
                          column,
                          at: alert.windowStart,
                        }}
                        {...props}
                      />
                    )}
                  >
                    {column}
                  </Anchor>
                ),
              },
              { title: 'Measured', cell: ({ metric }) => describeMetric(metric).label },
              { title: 'Value', numeric: true, cell: ({ metric, value }) => formatMetric(metric, value) },
              { title: 'In words', cell: ({ text }) => text },
            ]}
          />
        )}
        {cause.slices.length > 0 && (
          <DataTable
            label="Slices that stand out"
            rows={cause.slices}
            rowKey={({ slice, metric }) => `${slice} ${metric}`}
            empty=""
            columns={[
              { title: 'Slice', cell: ({ slice }) => slice },
              { title: 'Measured', cell: ({ metric }) => describeMetric(metric).label },
              { title: 'Value', numeric: true, cell: ({ metric, value }) => formatMetric(metric, value) },
              { title: 'Rows', numeric: true, cell: ({ n }) => formatCount(n) },
            ]}
          />
        )}
      </div>
    </>
  );
}

import { Tooltip } from '@mantine/core';
import { formatTime, formatUtc } from '../lib/time.ts';

/** An instant in the viewer's zone, with UTC on hover and focus. */
export function Time({ at, none = '–' }: { at: string | null; none?: string }) {
  if (at === null) return <span className="quiet">{none}</span>;
  return (
    <Tooltip label={formatUtc(at)}>
      <time dateTime={at} className="nowrap">
        {formatTime(at)}
      </time>
    </Tooltip>
  );
}

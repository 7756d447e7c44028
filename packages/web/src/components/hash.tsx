import { Code, Tooltip } from '@mantine/core';

/** The beginning of a SHA-256, the whole of it on hover. */
export function Hash({ hash }: { hash: string }) {
  return (
    <Tooltip label={`SHA-256 ${hash}`} styles={{ tooltip: { wordBreak: 'break-all' } }}>
      <Code fz="xs">{hash.slice(0, 10)}</Code>
    </Tooltip>
  );
}

import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from './problem.tsx';

interface LoadProps<Data> {
  query: UseQueryResult<Data>;
  /** Height of what will be there, so that the page does not jump. */
  height?: number;
  children: (data: Data) => ReactNode;
}

/** A query's data when they are there; till then a skeleton, and the problem when they cannot be had. */
export function Load<Data>({ query, height = 160, children }: LoadProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label="Loading">
      <Skeleton height={height} radius="sm" />
    </div>
  );
}

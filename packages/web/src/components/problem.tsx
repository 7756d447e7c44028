import { Alert, Button, Text } from '@mantine/core';
import { IconAlertOctagonFilled } from '@tabler/icons-react';
import { ApiError } from '../api/http.ts';

/** What went wrong and what to do about it. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const known = error instanceof ApiError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Alert
      role="alert"
      variant="light"
      color="orange"
      icon={<IconAlertOctagonFilled aria-hidden />}
      title={known?.title ?? 'Something went wrong here'}
    >
      <Text size="sm">{known ? known.detail : message}</Text>
      {known?.remedy && (
        <Text size="sm" mt={4}>
          <strong>What to do:</strong> {known.remedy}
        </Text>
      )}
      {onRetry && (
        <Button variant="default" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

import { Anchor } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import { Page } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';

export function NotFound() {
  return (
    <Page title="There is nothing at this address">
      <Anchor renderRoot={(props) => <Link to="/" {...props} />}>To the fleet</Anchor>
    </Page>
  );
}

export function Failed({ error, reset }: ErrorComponentProps) {
  return <Problem error={error} onRetry={reset} />;
}

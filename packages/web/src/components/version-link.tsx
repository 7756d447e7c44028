import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';

export function VersionLink({ model, version }: { model: string; version: string }) {
  return (
    <Anchor
      renderRoot={(props) => <Link to="/models/$model/versions/$version" params={{ model, version }} {...props} />}
    >
      {version}
    </Anchor>
  );
}

import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { usePromote, useRollBack } from '../../api/actions.ts';
import { rollbackPlanQuery } from '../../api/registry.ts';
import { Load } from '../../components/load.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { withReadableTimes } from '../../lib/time.ts';
import classes from '../runs/runs.module.css';

export interface VersionChoice {
  action: 'promote' | 'rollback';
  /** Without one, a rollback goes to the version that served before. */
  version?: string;
}

interface VersionDialogProps {
  model: string;
  champion: string | null;
  choice: VersionChoice | null;
  onClose: () => void;
}

/** Asks before another version serves. */
export function VersionDialog({ model, champion, choice, onClose }: VersionDialogProps) {
  const promote = usePromote(model);
  const rollBack = useRollBack(model);
  const version = choice?.version ?? '';
  const back = `Roll back${version && ` to ${version}`}`;
  return (
    <>
      <ReasonDialog
        opened={choice?.action === 'promote'}
        onClose={onClose}
        title={`Promote ${version}`}
        confirm={`Promote ${version}`}
        force="Promote although its gates did not pass"
        onConfirm={(reason, force) => promote.mutateAsync({ version, reason, force })}
      >
        From now on <strong>{version}</strong> serves {model}
        {champion && <> instead of {champion}</>}. It is checked to load first.
      </ReasonDialog>
      <ReasonDialog
        opened={choice?.action === 'rollback'}
        onClose={onClose}
        title={back}
        confirm={back}
        color="orange"
        onConfirm={(reason) => rollBack.mutateAsync({ ...(version ? { version } : {}), reason })}
      >
        {choice?.action === 'rollback' && <Plan model={model} version={choice.version} />}
      </ReasonDialog>
    </>
  );
}

/** What the rollback would do, as the server says. */
function Plan({ model, version }: { model: string; version: string | undefined }) {
  const query = useQuery(rollbackPlanQuery(model, version));
  return (
    <Load query={query} height={48}>
      {({ from, to, loads, why, passedOver }) => (
        <>
          From now on <strong>{to}</strong> serves {model} again{from && <> instead of {from}</>}.{' '}
          {loads ? 'It loads.' : <strong>It does not load, so nothing would change.</strong>} Why this one:{' '}
          {withReadableTimes(why)}.
          {passedOver.length > 0 && (
            <>
              <Text size="xs" c="dimmed" mt={6}>
                Passed over
              </Text>
              <ul className={classes['plain']}>
                {passedOver.map((one) => (
                  <li key={one.version}>
                    {one.version} {withReadableTimes(one.why)}
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </Load>
  );
}

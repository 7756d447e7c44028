import type { Run } from '@leeway/contract';
import { Alert, Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Facts, Section } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { VersionLink } from '../../components/version-link.tsx';
import { words } from '../../lib/format.ts';
import { remedyOf } from '../../lib/remedy.ts';
import { formatDuration } from '../../lib/time.ts';
import classes from './runs.module.css';

/** What began the run, for what, and when. */
export function RunFacts({ run }: { run: Run }) {
  const { id, model, trigger, reason, alert, champion, challenger, createdAt, begunAt, endedAt, updatedAt } = run;
  const link = (version: string | null, none: string) =>
    version === null ? none : <VersionLink model={model} version={version} />;
  return (
    <Facts
      facts={[
        [
          'Model',
          <Anchor key="model" renderRoot={(props) => <Link to="/models/$model" params={{ model }} {...props} />}>
            {model}
          </Anchor>,
        ],
        ['Champion', link(champion, run.firstPromotion ? 'none: its version would be the first to serve' : 'none')],
        ['Challenger', link(challenger, 'none yet')],
        [
          'Trigger',
          alert ? (
            <Anchor key="alert" renderRoot={(props) => <Link to="/alerts/$id" params={{ id: alert }} {...props} />}>
              {trigger}
            </Anchor>
          ) : (
            trigger
          ),
        ],
        ['Reason', reason || 'none given'],
        ['Id', id],
        ...(begunAt === null
          ? ([['Asked for', <Time key="asked" at={createdAt} />]] as const)
          : ([['Begun', <Time key="begun" at={begunAt} />]] as const)),
        endedAt && begunAt
          ? (['Took', formatDuration(Date.parse(endedAt) - Date.parse(begunAt))] as const)
          : (['Last change', <Time key="changed" at={updatedAt} />] as const),
      ]}
    />
  );
}

/** Why it ended without a challenger, and what to do. */
export function RunError({ error }: { error: NonNullable<Run['error']> }) {
  const remedy = remedyOf(error.code);
  return (
    <Alert role="alert" variant="light" color="orange" title={words(error.code)}>
      <Text size="sm" className="breaks">
        {error.detail}
      </Text>
      {remedy && (
        <Text size="sm" mt={4}>
          <strong>What to do:</strong> {remedy}
        </Text>
      )}
    </Alert>
  );
}

/** Further occasions that asked for the run, and what a person passed over by beginning it. */
export function RunOccasions({ run: { asked, passedOver } }: { run: Run }) {
  return (
    <>
      {passedOver.length > 0 && (
        <Section title="Passed over" note="what would have held the run back had a person not begun it">
          <ul className={classes['plain']}>
            {passedOver.map(({ code, reason }) => (
              <li key={code}>
                {words(code)}: <span className="quiet">{reason}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {asked.length > 1 && (
        <Section title="Asked for" note={`${asked.length} times`}>
          <ul className={classes['plain']}>
            {asked.map(({ trigger, reason, at }) => (
              <li key={`${trigger} ${at}`}>
                <Time at={at} /> {trigger}: <span className="quiet">{reason}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

import type { Alert, AlertVerdict, Verdict } from '@leeway/contract';
import { Button, Group, Text, Tooltip } from '@mantine/core';
import { useJudge } from '../../api/review.ts';
import { Section } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { Time } from '../../components/time.tsx';
import { words } from '../../lib/format.ts';

const MEANS: Record<Verdict, string> = {
  useful: 'Somebody had to do something, or should have.',
  noise: 'It should not have been told.',
  expected: 'It was known beforehand, such as a holiday or a planned change.',
  duplicate: 'Another alert told of the same.',
};
const VERDICTS = Object.keys(MEANS) as Verdict[];

/** What the alert was worth. The last word counts. */
export function VerdictPanel({ alert, verdicts }: { alert: Alert; verdicts: readonly AlertVerdict[] }) {
  const judge = useJudge();
  const last = verdicts.at(-1);
  return (
    <Section title="Was it worth it?">
      <Group gap={5} role="group" aria-label="Verdict">
        {VERDICTS.map((verdict) => (
          <Tooltip key={verdict} label={MEANS[verdict]}>
            <Button
              variant={alert.verdict === verdict ? 'filled' : 'default'}
              px={10}
              aria-pressed={alert.verdict === verdict}
              loading={judge.isPending && judge.variables.verdict === verdict}
              onClick={() => judge.mutate({ alert: alert.id, verdict })}
            >
              {words(verdict)}
            </Button>
          </Tooltip>
        ))}
      </Group>
      {last && (
        <Text size="xs" c="dimmed" className="breaks">
          {words(last.verdict)}, says {last.actor}, <Time at={last.at} />
          {last.comment && `: ${last.comment}`}
        </Text>
      )}
      {judge.error && <Problem error={judge.error} />}
    </Section>
  );
}

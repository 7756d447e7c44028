import type { AlertExplanation, ExplainStage } from '@leeway/contract';
import { Accordion, Text } from '@mantine/core';
import {
  IconCircleCheckFilled,
  IconCircleXFilled,
  IconClock,
  IconInfoCircle,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { explainQuery } from '../../api/alerts.ts';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { StateLabel } from '../../components/state-label.tsx';
import { Time } from '../../components/time.tsx';
import { words } from '../../lib/format.ts';
import { TOLD } from '../../lib/states.ts';
import classes from './alerts.module.css';
import { byUrgency, headline, pathTo } from './explain-path.ts';

/** Why each channel was told, or was not. */
export function ExplainPanel({ alert }: { alert: string }) {
  const query = useQuery(explainQuery(alert));
  const note = query.data && query.data.channels.length > 0 ? headline(query.data.channels) : undefined;
  return (
    <Section title="Who was told, and why" note={note}>
      <Load query={query}>{(explanation) => <Channels explanation={explanation} />}</Load>
    </Section>
  );
}

function Channels({ explanation }: { explanation: AlertExplanation }) {
  if (explanation.channels.length === 0) {
    return <Nothing>The configuration has no channel: alerts are shown here and told to nobody.</Nothing>;
  }
  return (
    <Accordion variant="contained" multiple chevronSize={16}>
      {byUrgency(explanation.channels).map((channel) => (
        <Accordion.Item key={channel.channel} value={channel.channel}>
          <Accordion.Control>
            <div className={classes['told']}>
              <Text size="sm" component="span">
                <StateLabel look={TOLD[channel.outcome]} />
              </Text>
              <Text size="sm" component="span" className="breaks">
                <strong>{channel.channel}</strong> <span className="quiet">{channel.verdict}</span>
              </Text>
            </div>
          </Accordion.Control>
          <Accordion.Panel>
            <Path stages={pathTo(explanation, channel)} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

const OUTCOMES: Record<ExplainStage['outcome'], { icon: TablerIcon; tone: string; says: string }> = {
  pass: { icon: IconCircleCheckFilled, tone: 'good', says: 'went on' },
  stop: { icon: IconCircleXFilled, tone: 'critical', says: 'ended here' },
  wait: { icon: IconClock, tone: 'warning', says: 'waits' },
  note: { icon: IconInfoCircle, tone: 'quiet', says: 'to know' },
};

function Path({ stages }: { stages: readonly ExplainStage[] }) {
  return (
    <ol className={classes['path']}>
      {stages.map(({ stage, outcome, at, text }, i) => {
        const { icon: Icon, tone, says } = OUTCOMES[outcome];
        return (
          <li key={i}>
            <Icon size={16} color={`var(--${tone})`} aria-label={says} />
            <Text size="xs" c="dimmed" mt={1}>
              {words(stage)}
            </Text>
            <Text size="sm">
              {text}
              {at !== null && (
                <Text span size="xs" c="dimmed" ml={8}>
                  <Time at={at} />
                </Text>
              )}
            </Text>
          </li>
        );
      })}
    </ol>
  );
}

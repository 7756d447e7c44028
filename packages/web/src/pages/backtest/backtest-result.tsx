import type { Backtest, ModelConfig } from '@leeway/contract';
import { Alert } from '@mantine/core';
import { describeScore } from '../../charts/tradeoff.ts';
import { Facts, Section } from '../../components/page.tsx';
import { formatWindow } from '../../lib/time.ts';
import type { readIncidents } from './draft.ts';
import { EpisodeChart } from './episode-chart.tsx';
import { EpisodeTable } from './episode-table.tsx';
import { Tradeoff } from './tradeoff.tsx';

export type Incidents = ReturnType<typeof readIncidents>['incidents'];

interface BacktestResultProps {
  config: ModelConfig;
  rule: ModelConfig['rules'][number];
  /** What was tried in place of the rule's own. */
  threshold: string;
  result: Backtest;
  incidents: Incidents;
  onTry: (values: Record<string, unknown>) => void;
}

export function BacktestResult({ config, rule, threshold, result, incidents, onTry }: BacktestResultProps) {
  const { total, episodes, missed, variants, warnings, rules } = result;
  const { judged = 0, withoutData = 0 } = rules.find((one) => one.rule === rule.name) ?? {};
  return (
    <>
      {warnings.map((warning) => (
        <Alert key={warning} variant="light" color="orange" p="xs">
          {warning}
        </Alert>
      ))}
      <Section title="What it would have done" note={formatWindow(total.from, total.to)}>
        <Facts
          facts={[
            ...describeScore(total),
            ['Judged', `${judged} windows${withoutData > 0 ? `, ${withoutData} without data` : ''}`],
            ...(total.retracted > 0
              ? ([['Taken back', `${total.retracted}, by labels that came later`]] as const)
              : []),
            ...(total.incidents > 0 ? ([['Incidents missed', String(missed.length)]] as const) : []),
          ]}
        />
      </Section>
      {variants.length > 0 && <Tradeoff variants={variants} onTry={onTry} />}
      <EpisodeChart
        config={config}
        rule={rule}
        threshold={threshold}
        span={total}
        episodes={episodes}
        incidents={incidents}
      />
      <Section title="Times it would have fired">
        <EpisodeTable metric={rule.metric} episodes={episodes} incidents={incidents} missed={missed} />
      </Section>
    </>
  );
}

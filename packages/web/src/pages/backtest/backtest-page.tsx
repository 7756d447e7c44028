import type { ModelConfig, ModelSummary } from '@leeway/contract';
import { Anchor, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { modelQuery } from '../../api/queries.ts';
import { useBacktest } from '../../api/review.ts';
import { Load } from '../../components/load.tsx';
import { Nothing, Page } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { later } from '../../lib/time.ts';
import { BacktestForm } from './backtest-form.tsx';
import { BacktestResult } from './backtest-result.tsx';
import { type Draft, newDraft, readIncidents, toRequest } from './draft.ts';

/** What a rule would have done over stored history. Nothing is changed and nobody is told. */
export function BacktestPage() {
  const { model } = useParams({ from: '/shell/models/$model/backtest' });
  const query = useQuery(modelQuery(model));
  return (
    <Page
      title={`Backtest of ${model}`}
      aside={<span className="quiet">what a rule would have done; nothing is changed and nobody is told</span>}
      actions={
        <Anchor renderRoot={(props) => <Link to="/models/$model" params={{ model }} {...props} />}>To the model</Anchor>
      }
    >
      <Load query={query} height={420}>
        {(data) => <Rules key={model} model={model} data={data} />}
      </Load>
    </Page>
  );
}

function Rules({ model, data }: { model: string; data: { summary: ModelSummary; config: ModelConfig } }) {
  const { rule: wanted } = useSearch({ from: '/shell/models/$model/backtest' });
  const navigate = useNavigate({ from: '/models/$model/backtest' });
  const { rules } = data.config;
  const rule = rules.find(({ name }) => name === wanted) ?? rules[0];
  if (!rule) return <Nothing>This model has no rule: its configuration has no `rules`.</Nothing>;
  return (
    <Runner
      key={rule.name}
      model={model}
      data={data}
      rule={rule}
      choose={(name) => void navigate({ search: { rule: name }, replace: true })}
    />
  );
}

interface RunnerProps {
  model: string;
  data: { summary: ModelSummary; config: ModelConfig };
  rule: ModelConfig['rules'][number];
  choose: (rule: string) => void;
}

function Runner({ model, data: { summary, config }, rule, choose }: RunnerProps) {
  const [draft, setDraft] = useState(() => newDraft(rule.name));
  const backtest = useBacktest(model);
  const [incidents, setIncidents] = useState<ReturnType<typeof readIncidents>['incidents']>([]);
  const change = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }));
  const newest = Date.parse(later(summary.lastWindow, summary.lastPrediction) ?? new Date().toISOString());
  const run = (given: Draft) => {
    setIncidents(readIncidents(given.incidents).incidents);
    backtest.mutate(toRequest(given, rule, newest));
  };
  return (
    <Stack gap="md">
      <BacktestForm
        model={model}
        rules={config.rules}
        rule={rule}
        draft={draft}
        change={change}
        choose={choose}
        running={backtest.isPending}
        onRun={() => run(draft)}
      />
      {backtest.error && <Problem error={backtest.error} />}
      {backtest.data && (
        <BacktestResult
          config={config}
          rule={rule}
          threshold={draft.threshold}
          result={backtest.data}
          incidents={incidents}
          onTry={(values) => {
            const text = (value: unknown) => (value === undefined ? '' : String(value));
            const next = {
              ...draft,
              threshold: text(values['above'] ?? values['below']) || draft.threshold,
              for: text(values['for']) || draft.for,
            };
            setDraft(next);
            run(next);
          }}
        />
      )}
    </Stack>
  );
}

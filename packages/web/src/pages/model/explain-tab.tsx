import type { Contribution, Explanation } from '@leeway/contract';
import { Button, Group, SegmentedControl, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { type ExplainInput, useExplain } from '../../api/explain.ts';
import { barsHeight, contributionLabel, contributionOption } from '../../charts/bars.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facts, Section } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { VersionLink } from '../../components/version-link.tsx';
import { formatCount, formatNumber } from '../../lib/format.ts';
import { type ExplainDraft, inputOf, rowTemplate } from './explain-draft.ts';
import type { ModelView } from './view.ts';

const METHODS = [
  { value: 'auto', label: 'as fits the model' },
  { value: 'shap', label: 'SHAP values' },
  { value: 'lime', label: 'LIME' },
];

/** Why the model says what it says of one row. Nothing is recorded by asking. */
export function ExplainTab({ view }: { view: ModelView }) {
  const { name, config, search, change } = view;
  const explain = useExplain(name);
  const [draft, setDraft] = useState<ExplainDraft>({
    by: 'id',
    id: search.prediction ?? '',
    row: rowTemplate(Object.keys(config.columns.features)),
    method: 'auto',
  });
  const [complaint, setComplaint] = useState('');
  const set = (patch: Partial<ExplainDraft>) => setDraft((before) => ({ ...before, ...patch }));
  const ask = () => {
    const read = inputOf(draft);
    setComplaint('error' in read ? read.error : '');
    if ('error' in read) return;
    change({ prediction: read.input.id });
    explain.mutate(read.input);
  };
  return (
    <Stack gap="lg">
      <Section title="Explain one prediction" note="what each feature adds to what the model says, or takes from it">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            ask();
          }}
        >
          <Stack gap="sm" maw={560}>
            <SegmentedControl
              aria-label="What is explained"
              size="xs"
              value={draft.by}
              onChange={(by) => set({ by: by as ExplainDraft['by'] })}
              data={[
                { value: 'id', label: 'A recorded prediction' },
                { value: 'row', label: 'A row' },
              ]}
            />
            {draft.by === 'id' ? (
              <TextInput
                label="Id of the prediction"
                value={draft.id}
                error={complaint}
                maxLength={512}
                onChange={(event) => set({ id: event.currentTarget.value })}
              />
            ) : (
              <Textarea
                label="The row, as JSON with all features; null for a missing value"
                value={draft.row}
                error={complaint}
                autosize
                minRows={4}
                maxRows={18}
                styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
                onChange={(event) => set({ row: event.currentTarget.value })}
              />
            )}
            <Group gap="sm" align="flex-end">
              <Select
                label="Method"
                w={190}
                allowDeselect={false}
                data={METHODS}
                value={draft.method}
                onChange={(method) => set({ method: (method ?? 'auto') as ExplainInput['method'] })}
              />
              <Button type="submit" loading={explain.isPending}>
                Explain
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
      {explain.error && <Problem error={explain.error} />}
      {explain.data && <Answer explanation={explain.data} />}
    </Stack>
  );
}

const METHOD_WORDS: Record<Explanation['method'], string> = {
  tree_shap: 'SHAP values of trees',
  kernel_shap: 'SHAP values, from answers of the model',
  lime: 'LIME',
};
const UNITS: Record<Explanation['unit'], string> = {
  value: 'the predicted value',
  probability: 'the probability',
  log_odds: 'the logarithm of the odds',
  class: 'the class, as 1',
};
const SHOWN = 20;

function Answer({ explanation }: { explanation: Explanation }) {
  const { model, version, id, method, unit, of, prediction, base, output, exact, fit, background, note } = explanation;
  const palette = usePalette();
  const shown = useMemo(() => explanation.contributions.slice(0, SHOWN), [explanation]);
  const option = useMemo(() => contributionOption(shown, palette), [shown, palette]);
  const label = shown.map((one) => `${contributionLabel(one)} ${formatNumber(one.contribution)}`).join(', ');
  return (
    <Section title={id === null ? 'The row' : `Prediction ${id}`} note={METHOD_WORDS[method]}>
      <Facts
        facts={[
          ['Version', <VersionLink key="version" model={model} version={version} />],
          ['Prediction', typeof prediction === 'number' ? formatNumber(prediction) : prediction],
          ['Explained', `${UNITS[unit]}${of === null ? '' : ` of ${of}`}`],
          ['Knowing nothing', formatNumber(base)],
          ['Of this row', formatNumber(output)],
          ['Adds up', exact ? 'exactly' : 'up to an error of chance'],
          ...(fit === null ? [] : ([['Fit of the local model (R²)', formatNumber(fit)]] as const)),
          [
            'Background',
            `${formatCount(background.rows)} rows of ${background.from === 'training' ? 'its training' : 'the last 30 days'}`,
          ],
        ]}
      />
      {note && (
        <Text size="sm" c="dimmed">
          {note}
        </Text>
      )}
      <div className="legend">
        <span>
          <span className="dot" style={{ background: palette.threshold }} /> makes it more
        </span>
        <span>
          <span className="dot" style={{ background: palette.accent }} /> makes it less
        </span>
      </div>
      <Chart option={option} height={barsHeight(shown.length)} label={`Contributions: ${label}`} />
      <DataTable
        label="Contributions"
        rows={explanation.contributions}
        columns={COLUMNS}
        rowKey={({ feature, condition }) => `${feature} ${condition}`}
        empty="The model has no feature."
      />
    </Section>
  );
}

const COLUMNS: Column<Contribution>[] = [
  { title: 'Feature', cell: ({ feature }) => feature },
  { title: 'Value of the row', cell: ({ value }) => (value === null ? 'missing' : String(value)) },
  {
    title: 'Adds',
    numeric: true,
    cell: ({ contribution, error }) => (
      <>
        {formatNumber(contribution)}
        {error !== null && <span className="quiet"> ± {formatNumber(error)}</span>}
      </>
    ),
  },
];

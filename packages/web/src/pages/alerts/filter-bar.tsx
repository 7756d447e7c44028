import type { Alert } from '@leeway/contract';
import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { modelQuery, modelsQuery, sessionQuery } from '../../api/queries.ts';
import { words } from '../../lib/format.ts';
import classes from './alerts.module.css';
import { ALL, type AlertSearch, isNarrowed, NOBODY, OPEN } from './filters.ts';

const STATES = [OPEN, 'firing', 'pending', 'recovering', 'resolved', ALL];
const plain = (values: readonly string[]) => values.map((value) => ({ value, label: words(value) }));
const VERDICTS = [{ value: 'none', label: 'Not judged' }, ...plain(['useful', 'noise', 'expected', 'duplicate'])];
const MUTED = [
  { value: 'true', label: 'Muted' },
  { value: 'false', label: 'Not muted' },
];

interface FilterBarProps {
  search: AlertSearch;
  /** What is shown now: its rules and people can be chosen. */
  shown: readonly Alert[];
  onChange: (search: AlertSearch) => void;
}

/** Narrows the list of alerts. */
export function FilterBar({ search, shown, onChange }: FilterBarProps) {
  const models = useQuery(modelsQuery).data ?? [];
  const config = useQuery({ ...modelQuery(search.model ?? ''), enabled: search.model !== undefined }).data?.config;
  const me = useQuery(sessionQuery).data?.actor;
  const rules = distinct([
    ...(config?.rules ?? []).map(({ name }) => name),
    ...shown.map(({ rule }) => rule),
    search.rule,
  ]);
  const people = distinct([me, ...shown.map(({ assignee }) => assignee), search.assignee]).filter(
    (one) => one !== NOBODY,
  );
  const set = (key: keyof AlertSearch, value: string | null) => {
    const { [key]: _, ...rest } = search;
    onChange(value === null ? rest : { ...rest, [key]: value });
  };
  const select = (key: keyof AlertSearch, label: string, data: { value: string; label: string }[], any: string) => (
    <Select
      size="xs"
      aria-label={label}
      placeholder={any}
      data={data}
      value={search[key] ?? null}
      onChange={(value) => set(key, value)}
      clearable
      searchable={data.length > 8}
      checkIconPosition="right"
    />
  );
  return (
    <search className={classes['filters']} aria-label="Filters">
      <Select
        size="xs"
        aria-label="State"
        data={plain(STATES)}
        value={search.state ?? OPEN}
        allowDeselect={false}
        onChange={(value) => set('state', value === OPEN ? null : value)}
      />
      {select('severity', 'Severity', plain(['critical', 'warning', 'info']), 'Any severity')}
      {select(
        'model',
        'Model',
        models.map(({ name }) => ({ value: name, label: name })),
        'Any model',
      )}
      {select(
        'rule',
        'Rule',
        rules.map((value) => ({ value, label: value })),
        'Any rule',
      )}
      {select(
        'assignee',
        'Assignee',
        [
          { value: NOBODY, label: 'Nobody' },
          ...people.map((value) => ({ value, label: value === me ? `${value} (me)` : value })),
        ],
        'Anybody’s',
      )}
      {select('verdict', 'Verdict', VERDICTS, 'Any verdict')}
      {select('muted', 'Muted', MUTED, 'Muted or not')}
      {isNarrowed(search) && (
        <Button variant="subtle" onClick={() => onChange(search.state ? { state: search.state } : {})}>
          Clear
        </Button>
      )}
    </search>
  );
}

const distinct = (values: readonly (string | null | undefined)[]): string[] =>
  [...new Set(values.filter((value) => typeof value === 'string'))].sort();

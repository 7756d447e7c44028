import type { Alert, AlertExplanation } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { explanationOf } from '../../../test/fixture-alert-detail.ts';
import { alerts } from '../../../test/fixtures.ts';
import { badgesOf } from './badges.ts';
import { byUrgency, headline, pathTo } from './explain-path.ts';
import { type AlertSearch, alertSearch, filterOf, isNarrowed } from './filters.ts';
import { type Command, commandOf, stepTo } from './keys.ts';
import { subjectsOf } from './subjects.ts';

describe('the address of the list', () => {
  const read: [what: string, given: Record<string, unknown>, expected: AlertSearch][] = [
    ['nothing', {}, {}],
    ['all of it', { state: 'firing', model: 'm', muted: 'true' }, { state: 'firing', model: 'm', muted: 'true' }],
    ['a truth value as the address writes it', { muted: false }, { muted: 'false' }],
    ['what is not known is left out', { state: 'broken', verdict: 'meh', page: 'x' }, {}],
    ['what is empty is left out', { model: '', rule: 7 }, {}],
  ];
  it.each(read)('%s', (_, given, expected) => expect(alertSearch(given)).toEqual(expected));

  const asked: [what: string, given: AlertSearch, expected: object][] = [
    ['those that are open by default', {}, { state: 'open' }],
    ['all states: none is asked for', { state: 'all' }, {}],
    ["nobody's", { assignee: '-' }, { state: 'open', assignee: '' }],
    ["somebody's", { assignee: 'ann', verdict: 'none' }, { state: 'open', assignee: 'ann', verdict: 'none' }],
  ];
  it.each(asked)('asks for %s', (_, given, expected) => expect(filterOf(given)).toEqual(expected));

  it('is narrowed by anything but the state', () => {
    expect([isNarrowed({ state: 'all' }), isNarrowed({ state: 'all', muted: 'true' })]).toEqual([false, true]);
  });
});

describe('badgesOf', () => {
  const plain = alerts.find(({ id }) => id === 'alert-3')!;
  const rows: [what: string, given: Partial<Alert>, expected: string[]][] = [
    ['nothing to say', {}, []],
    ['muted, by what', { muted: { by: 'grace', ref: 'g', text: 'v2 is new', until: null } }, ['grace']],
    ['muted by the hour', { muted: { by: 'hours', ref: 'office', text: 'at night', until: null } }, ['outside hours']],
    ['comes and goes', { flapping: true }, ['flapping']],
    ['not settled yet', { certainty: 'provisional' }, ['provisional']],
    ['moved by late labels', { certainty: 'revised' }, ['revised']],
    ['in hand', { state: 'firing', acknowledgedBy: 'ann' }, ['in hand: ann']],
    ['nobody has in hand what is over', { state: 'resolved', acknowledgedBy: 'ann' }, []],
    [
      "somebody's, dear and judged",
      { assignee: 'ben', cost: 1240, verdict: 'noise' },
      ['for ben', 'costs 1,240', 'noise'],
    ],
    ['free of charge is a cost too', { cost: 0 }, ['costs 0']],
  ];
  it.each(rows)('%s', (_, given, expected) =>
    expect(badgesOf({ ...plain, ...given }).map(({ label }) => label)).toEqual(expected),
  );

  it('says until when', () => {
    const until = '2026-03-01T12:00:00.000Z';
    const muted = { by: 'silence', ref: 's', text: 'moved', until } as const;
    expect(badgesOf({ ...plain, muted })[0]!.hint).toContain('moved, until 2026-03-01 12:00 UTC');
  });
});

describe('keys', () => {
  const free = { altKey: false, ctrlKey: false, metaKey: false, typing: false };
  const rows: [what: string, pressed: Parameters<typeof commandOf>[0], command: Command | null][] = [
    ['j goes on', { key: 'j', ...free }, 'next'],
    ['a acknowledges', { key: 'a', ...free }, 'acknowledge'],
    ['a letter in a field is a letter', { key: 'a', ...free, typing: true }, null],
    ['Ctrl+A is the browser’s', { key: 'a', ...free, ctrlKey: true }, null],
    ['others mean nothing', { key: 'q', ...free }, null],
  ];
  it.each(rows)('%s', (_, pressed, command) => expect(commandOf(pressed)).toBe(command));

  const steps: [what: string, current: number, command: 'next' | 'previous', to: number][] = [
    ['first at all, forwards', -1, 'next', 0],
    ['first at all, backwards', -1, 'previous', 4],
    ['one on', 1, 'next', 2],
    ['no further than the last', 4, 'next', 4],
    ['no further than the first', 0, 'previous', 0],
  ];
  it.each(steps)('%s', (_, current, command, to) => expect(stepTo(current, 5, command)).toBe(to));
});

describe('subjectsOf', () => {
  it('names what alerts are about, each once', () => {
    const labels = { model: 'm', rule: 'r', severity: 'info', team: 'a' };
    const given = [{ labels }, { labels: { ...labels, team: 'b' } }, { labels: { ...labels, column: 'c' } }];
    expect(subjectsOf(given)).toEqual([
      { model: 'm', rule: 'r' },
      { model: 'm', rule: 'r', column: 'c' },
    ]);
  });
});

describe('the way to a channel', () => {
  const explanation = explanationOf('alert-6');
  const channel = (name: string) => explanation.channels.find((one) => one.channel === name)!;
  const stagesOf = (name: string) => pathTo(explanation, channel(name)).map(({ stage }) => stage);

  it('goes from the rule over its own stages to the escalation', () => {
    expect(stagesOf('pager')).toEqual([
      'rule',
      'state',
      'state',
      'route',
      'decision',
      'delivery',
      'channel',
      'escalation',
    ]);
  });
  it('shows every route where none names the channel', () => {
    expect(stagesOf('mail-oncall')).toEqual(['rule', 'state', 'state', 'route', 'route', 'escalation']);
  });
  it('tells decisions and messages as they came', () => {
    const stage = (name: 'route' | 'decision' | 'delivery' | 'group', at: string | null) =>
      ({ stage: name, outcome: 'pass', at, text: '' }) as const;
    const [one, two, three] = ['2026-03-01T00:00:00Z', '2026-03-01T00:01:00Z', '2026-03-02T00:00:00Z'];
    const stages = [
      ...[stage('route', null), stage('decision', one!), stage('decision', three!), stage('delivery', two!)],
      stage('group', one!),
    ];
    const path = pathTo({ ...explanation, stages: [] }, { ...channel('pager'), stages });
    expect(path.map(({ stage: name, at }) => [name, at])).toEqual([
      ['route', null],
      ['decision', one],
      ['delivery', two],
      ['decision', three],
      ['group', one],
    ]);
  });
  it('shows what went wrong first', () => {
    expect(byUrgency(explanation.channels).map(({ outcome }) => outcome)).toEqual([
      'failed',
      'waiting',
      'sent',
      'not_sent',
    ]);
  });
  it('is summed up', () => {
    const one: AlertExplanation['channels'] = [channel('slack-ml')];
    expect(headline(one)).toBe('1 of 1 channel was told');
    expect(headline(explanation.channels)).toBe('1 of 4 channels were told, 1 did not take it, 1 waits');
  });
});

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to secrets look like this
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { LeewayError } from '@leeway/contract';
import { describe, expect, test } from 'vitest';
import { PLUGINS } from '../app/app.ts';
import { checkConfig, type Mistake, rawDocument, readConfig } from './load.ts';
import { nearest } from './nearest.ts';
import { diffConfig } from './revisions.ts';

const FOLDER = join(import.meta.dirname, 'testdata');
const load = async (file: string, env: NodeJS.ProcessEnv = {}) =>
  checkConfig(await readConfig(join(FOLDER, file)), PLUGINS, env);
const errorOf = (work: Promise<unknown>): Promise<LeewayError> =>
  work.then(
    () => Promise.reject(new Error('nothing was wrong')),
    (error: LeewayError) => error,
  );

test('includes add their models, as a map or as a list', async () => {
  const { models } = await load('valid.yaml');
  expect(models.map(({ name, task }) => `${name}: ${task}`)).toEqual([
    'main: binary',
    'from-include: regression',
    'from-list: multiclass',
  ]);
  expect(models[0]!.monitors).toMatchObject([{ name: 'daily', window: '1d', minimumRows: 100 }]);
});

test('rules of the top are rules of the models that have the labels, but for those with one of the same name', async () => {
  const model = (name: string, over: object) => ({
    ...{ name, task: 'binary', columns: { features: { a: { type: 'numeric' } } }, ...over },
  });
  const rule = (name: string, below: number) => ({ name, metric: 'roc_auc', below });
  const { models, rules } = await checkConfig(
    rawDocument({
      apiVersion: 'leeway/v1',
      rules: [{ ...rule('low', 0.7), models: { tier: 'gold', task: 'binary' } }, { ...rule('all', 0.5) }],
      models: [
        model('plain', {}),
        model('gold', { labels: { tier: 'gold' } }),
        model('own', { labels: { tier: 'gold' }, rules: [rule('low', 0.9)] }),
      ],
    }),
    PLUGINS,
  );
  expect(models.map(({ name, rules }) => `${name}: ${rules.map((r) => `${r.name} ${r.below}`).join(', ')}`)).toEqual([
    'plain: all 0.5',
    'gold: low 0.7, all 0.5',
    'own: low 0.9, all 0.5',
  ]);
  expect(rules).toHaveLength(2);
});

describe('a file with mistakes names each with its line, what was expected, and what may be meant', () => {
  const METRIC = /there is no metric "roc_auc"; there are mae, mse, rmse/;
  const cases: Record<string, [line: number | null, path: string, message: RegExp, file?: string][]> = {
    'channel-option-missing.yaml': [[3, 'channels.0.url', /is missing; expected string/]],
    'channel-type-unknown.yaml': [[4, 'channels.0.type', /there is no kind of channel "slak"; did you mean "slack"\?/]],
    'detector-wrong.yaml': [
      [9, 'models.0.monitors.0.detectors.0.type', /there is no detector "adwn"; did you mean "adwin"\?/],
      [10, 'models.0.monitors.0.detectors.1.type', /ddm takes 0 and 1 only.*there are adwin, page_hinkley/],
      [
        12,
        'models.0.monitors.0.detectors.2.on',
        /"kind" is nothing that a detector can watch here; .*error, label, area/,
      ],
      [15, 'models.0.monitors.0.detectors.3.set', /kswin has no parameter "window": it has alpha, window_size/],
      [17, 'models.0.monitors.0.detectors.5', /adwin on error is there twice/],
    ],
    'duration-without-unit.yaml': [
      [7, 'models.0.monitors.0.window', /expected string, got 24/],
      [9, 'models.0.monitors.1.window', /a number with a unit s, m, h, d or w, such as 15m, 2h or 1d \(got "24"\)/],
    ],
    'empty.yaml': [[null, 'apiVersion', /expected "leeway\/v1", got nothing/]],
    'executor-unknown.yaml': [[7, 'models.0.retrain.executor.type', /did you mean "command"\?/]],
    'feature-type-misspelt.yaml': [
      [7, 'models.0.columns.features.amount.type', /got "numerical"; did you mean "numeric"\?/],
    ],
    'include-not-a-list.yaml': [[2, 'include', /expected array, got "included\/valid.yaml"/]],
    'include-twice.yaml': [[2, 'models.1.name', /"from-include" is there twice/, 'included/valid.yaml']],
    'metric-misspelt.yaml': [[8, 'models.0.rules.0.metric', /did you mean "roc_auc"\?/]],
    'metric-of-another-task.yaml': [[7, 'models.0.rules.0.metric', METRIC]],
    'mistake-in-include.yaml': [
      [7, 'models.1.task', /got "regresion"; did you mean "regression"\?/, 'included/wrong-task.yaml'],
    ],
    'mistake-in-included-list.yaml': [
      [1, 'models.0.columns', /is missing; expected object/, 'included/wrong-list.yaml'],
      [3, 'models.0.colums', /there is no such key; did you mean "columns"\?/, 'included/wrong-list.yaml'],
    ],
    'model-name-with-blank.yaml': [[3, 'models.0.name', /lower-case letters.*got "My Model"/]],
    'model-twice.yaml': [[4, 'models.1.name', /"m" is there twice/]],
    'model-without-task.yaml': [[3, 'models.0.task', /expected "binary" or "multiclass" or "regression", got nothing/]],
    'models-not-a-list.yaml': [[2, 'models', /expected array, got \{"main"/]],
    'not-a-map.yaml': [[null, '', /expected object, got \[/]],
    'on-call-wrong.yaml': [
      [8, 'onCall.people.ann.channels.0', /there is no channel "pagr"; did you mean "pager"\?/],
      [12, 'onCall.schedules.ops.rotation.people.1', /there is no person "bne"/],
      [12, 'onCall.schedules.ops.rotation.at', /expected a weekday and a time such as "Mon 09:00"/],
      [16, 'onCall.escalations.default.steps.0.notify.0', /there is no schedule "opps"; did you mean "ops"\?/],
      [16, 'onCall.escalations.default.steps.0.notify.1', /there is no channel "mail"; there are pager/],
      [5, 'routes.escalation', /there is no escalation "defualt"; did you mean "default"\?/],
    ],
    'port-is-text.yaml': [[3, 'server.port', /expected number, got "7373"/]],
    'port-too-high.yaml': [[4, 'server.port', /<=65535 \(got 73737\)/]],
    'route-to-nobody.yaml': [
      [6, 'routes.routes.0.channels.0', /there is no channel "consle"; did you mean "console"\?/],
    ],
    'false-alarms-both.yaml': [
      [6, 'models.0.falseAlarms', /takes perMonth or share, not both/],
      [8, 'models.0.rules.0.threshold.quantiles', /are two ascending shares/],
    ],
    'reference-seasonal.yaml': [
      [6, 'models.0.reference.season', /comes round after 1 d, and the windows of weekly last 7d/],
      [6, 'models.0.reference.length', /is 12h, and the season comes round only after 1 d/],
    ],
    'retrain-policy-keys.yaml': [
      [9, 'models.0.retrain.triggers.0.timeZone', /expected an IANA time zone such as Europe\/Berlin/],
      [10, 'models.0.retrain.triggers.1', /needs share, columns or both/],
      [11, 'models.0.retrain.triggers.2.drop', /needs one of absolute and relative/],
      [14, 'models.0.retrain.cooldown.causes', /there is no such key/],
      [15, 'models.0.retrain.backoff', /expected a number with a unit/],
      [13, 'models.0.retrain.freeze.0', /needs either from and until, or cron and duration/],
      [16, 'models.0.retrain.approval.mode', /expected "suggest" or "approve" or "auto"/],
    ],
    'retrain-policy.yaml': [
      [9, 'models.0.retrain.triggers.0.metric', /did you mean "roc_auc"\?/],
      [10, 'models.0.retrain.triggers.1.monitor', /there is no monitor "dayly"/],
      [11, 'models.0.retrain.triggers.2', /needs one of above, below and drop/],
      [12, 'models.0.retrain.triggers.3.drop', /neither more nor less is better/],
      [13, 'models.0.retrain.triggers.4.drop.against', /of the whole model/],
      [14, 'models.0.retrain.triggers.5', /needs a column: drift.score/],
      [15, 'models.0.retrain.triggers.6.columns.0', /did you mean "amount"\?/],
      [16, 'models.0.retrain.triggers.7', /only says what must not be/],
      [17, 'models.0.retrain.triggers.8', /it has all and any/],
      [18, 'models.0.retrain.triggers.9.name', /take another name/],
      [19, 'models.0.retrain.triggers.10.any.0.rule', /there is no rule "gone"/],
      [21, 'models.0.retrain.freeze.0.until', /is not later than from/],
      [22, 'models.0.retrain.freeze.1.cron', /"never" is not a cron expression/],
      [22, 'models.0.retrain.freeze.1.name', /"a" is there twice/],
      [23, 'models.0.retrain.backoff.most', /is 1d, and first is 3d/],
      [24, 'models.0.retrain.notify.channels.0', /there is no channel "nobody"/],
    ],
    'rule-threshold.yaml': [
      [8, 'models.0.rules.0.threshold', /stands in place of below: take one or the other/],
      [9, 'models.0.rules.1.threshold.from', /wants a reference that stays, and it is "previous"/],
      [10, 'models.0.rules.2.threshold.adjust', /needs `season`/],
      [11, 'models.0.rules.3.threshold.windows', /is 13, and two seasons are 14 windows/],
      [12, 'models.0.rules.4.threshold', /leave out `against: previous`/],
    ],
    'rule-condition-key.yaml': [[10, 'models.0.rules.0.all.0.belo', /there is no such key; did you mean "below"\?/]],
    'rule-conditions.yaml': [
      [7, 'models.0.rules.0', /needs a metric, or one of all, any, not and expression/],
      [8, 'models.0.rules.1', /has metric and any; a condition is one of them/],
      [13, 'models.0.rules.2.all.1.any.0.metric', /did you mean "accuracy"\?/],
      [14, 'models.0.rules.2.all.1.any.1', /needs a column, or "\*" for each/],
      [15, 'models.0.rules.2.all.2.not', /needs one of above, below, outside or threshold/],
      [16, 'models.0.rules.3.below', /belongs to a condition with a metric, and this one has `all`/],
      [17, 'models.0.rules.4', /a rule is about the one or the other/],
      [21, 'models.0.rules.5.noDataFor', /goes with `noData: alert` or `separate`, and it is keep/],
      [22, 'models.0.rules.6.severity.cost.critical', /is 5, and has to be more than warning, 10/],
      [22, 'models.0.rules.6.severity.cost', /needs prices: the model has no `cost`/],
      [23, 'models.0.rules.7.expression', /Unexpected token/],
      [24, 'models.0.rules.8.expression', /is a double; it has to be true or false/],
      [25, 'models.0.rules.9.expression', /did you mean "roc_auc"\?/],
      [26, 'models.0.rules.10.expression', /needs a column, as in m\["drift.score of COLUMN"\]/],
    ],
    'rule-template.yaml': [
      [4, 'rules.1.name', /"auc-low" is there twice/],
      [5, 'rules.2.metric', /for the model "m": there is no metric "roc_acu"; did you mean "roc_auc"\?/],
    ],
    'gates-empty.yaml': [
      [8, 'models.0.retrain.gates.0', /expected one of below, margin, slope, intercept/],
      [9, 'models.0.retrain.gates.1', /expected one of difference, ratio, margin/],
      [10, 'models.0.retrain.gates.2.margin', /./],
      [11, 'models.0.retrain.gates.3.name', /./],
    ],
    'gates-wrong.yaml': [
      [8, 'models.0.retrain.gates.0.metric', /did you mean "roc_auc"\?/],
      [9, 'models.0.retrain.gates.1.slice.contry', /there is no column "contry"; did you mean "country"\?/],
      [10, 'models.0.retrain.gates.2.test', /mcnemar compares accuracy, not roc_auc/],
      [10, 'models.0.retrain.gates.2.regime', /no old part is held out; add data.oldRegime/],
      [11, 'models.0.retrain.gates.3', /which way selection_rate is better/],
      [12, 'models.0.retrain.gates.4.better', /is known of f1; leave it out/],
      [12, 'models.0.retrain.gates.4.test', /the mean of a loss \(log_loss, brier_score, accuracy\), not f1/],
      [13, 'models.0.retrain.gates.5', /equivalence without a margin/],
      [13, 'models.0.retrain.gates.5.resample.cluster', /there is no column "customer"/],
      [14, 'models.0.retrain.gates.6.columns.1', /there is no column "town"/],
      [15, 'models.0.retrain.gates.7.measure', /did you mean "selection_rate"\?/],
      [15, 'models.0.retrain.gates.7.column', /there is no protected column "country"/],
      [16, 'models.0.retrain.gates.8.gates.0.resample', /mcnemar takes rows one by one/],
      [16, 'models.0.retrain.gates.8.gates.1.metric', /there is no metric to compare by "brier"/],
      [22, 'models.1.retrain.gates.0.metric', /there is no metric to compare by "max_error"/],
      [23, 'models.1.retrain.gates.1', /has no columns to make slices of/],
      [24, 'models.1.retrain.gates.2.type', /is for binary models, and this one is regression/],
    ],
    'rule-without-limit.yaml': [[7, 'models.0.rules.0', /needs one of above, below, outside or threshold/]],
    'scores-wrong.yaml': [
      [7, 'models.0.columns.scores', /is for a multiclass model, and this one is binary; take `score`/],
      [12, 'models.1.columns.score', /is for a binary model; `scores` has a column for each class/],
      [15, 'models.1.columns.scores.b', /"p_a" is the column of the class "a" already/],
      [16, 'models.1.columns.scores.c', /"area" is another column of the model already/],
      [17, 'models.1.columns.scores.d', /"prediction" is another column of the model already/],
      [22, 'models.2.columns.scores', /has one class; all that the model knows belong here/],
      [25, 'models.2.monitors.0.estimate.metrics.0', /"roc_auc" is not estimated; there are accuracy, precision_macro/],
    ],
    'secret-file-missing.yaml': [
      [5, 'channels.0.url', /the file \/nowhere\/secret cannot be read/],
      [5, 'channels.0.url', /Invalid URL/],
    ],
    'secret-not-in-environment.yaml': [[5, 'channels.0.url', /the environment has no variable LEEWAY_TEST_NOWHERE/]],
    'slice-unknown.yaml': [[8, 'models.0.monitors.0.slices.0', /there is no column "regoin"; did you mean "region"\?/]],
    'template-broken.yaml': [
      [6, 'channels.0.template.subject', /is no Liquid template: .*not closed/],
      [11, 'channels.1.template.text', /is no Liquid template: tag .* not closed/],
      [17, 'models.0.rules.0.summary', /is no Liquid template: tag .* not closed/],
    ],
    'trigger-kind-unknown.yaml': [[8, 'models.0.retrain.triggers.0.on', /'alert' \| 'schedule'.*got "alarm"/]],
    'trigger-rule-unknown.yaml': [
      [8, 'models.0.retrain.triggers.0.rule', /there is no rule "gone"; there are none/],
      [9, 'models.0.retrain.triggers.1.cron', /"every monday" is not a cron expression such as/],
    ],
    'two-mistakes.yaml': [
      [2, 'server.prot', /there is no such key; .*port/],
      [5, 'models.0.task', /did you mean "binary"\?/],
    ],
    'unknown-nested-key.yaml': [[10, 'models.0.monitors.0.maturity.coverge', /did you mean "coverage"\?/]],
    'unknown-top-key.yaml': [[3, 'chanels', /did you mean "channels"\?/]],
    'wrong-version.yaml': [[1, 'apiVersion', /did you mean "leeway\/v1"\?/]],
  };
  test.each(Object.entries(cases))('%s', async (file, expected) => {
    const error = await errorOf(load(file));
    expect(error).toMatchObject({ code: 'config_invalid' });
    const mistakes = error.extra['mistakes'] as Mistake[];
    expect(mistakes.map((m) => [relative(FOLDER, m.file), m.line, m.path])).toEqual(
      expected.map(([line, path, , where]) => [where ?? file, line, path]),
    );
    for (const [i, [line, , message]] of expected.entries()) {
      expect(mistakes[i]!.message).toMatch(message);
      expect(error.detail).toContain(`${mistakes[i]!.file}${line === null ? '' : `:${line}`}: `);
    }
  });
});

describe('a file that cannot be read says why and where', () => {
  const cases: [file: string, detail: RegExp][] = [
    ['nowhere.yaml', /nowhere\.yaml: ENOENT/],
    ['include-missing.yaml', /included\/nowhere\.yaml: ENOENT/],
    ['tab-indented.yaml', /tab-indented\.yaml:3: Tabs are not allowed as indentation/],
    ['key-twice.yaml', /key-twice\.yaml:4: Map keys must be unique/],
    ['included', /included: EISDIR/],
  ];
  test.each(cases)('%s', async (file, detail) => {
    const error = await errorOf(load(file));
    expect(error).toMatchObject({ code: 'config_unreadable' });
    expect(error.detail).toMatch(detail);
  });
});

describe('secrets', () => {
  const SECRET = 'p$&ss$1\'"w$$rd-4711';
  const webhook = (url: string) => ({
    apiVersion: 'leeway/v1',
    channels: [{ name: 'ops', type: 'webhook', url }],
    routes: { channels: ['ops'] },
  });
  const check = (document: object, env: NodeJS.ProcessEnv = { SECRET, ALSO: 'zwei' }) =>
    checkConfig(rawDocument(document), PLUGINS, env);

  test('come from the environment and from files, whole and within a text, to the letter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'leeway-secret-'));
    writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
    const url = `https://example.org/\${env:ALSO}/\${file:${join(folder, 'secret')}}?\${env:SECRET}`;
    const config = await check(webhook(url));
    rmSync(folder, { recursive: true });
    expect(config.channels[0]!['url']).toBe(`https://example.org/zwei/${SECRET}?${SECRET}`);
  });

  const mistakes: { name: string; document: object }[] = [
    { name: 'a value of the wrong type', document: { apiVersion: 'leeway/v1', server: { port: '${env:SECRET}' } } },
    { name: 'an address that is none', document: { apiVersion: 'leeway/v1', server: { publicUrl: '${env:SECRET}' } } },
    { name: "a channel's option", document: webhook('${env:SECRET}') },
    {
      name: 'a name that is not there',
      document: { ...webhook('https://example.org'), channels: [{ name: 'ops', type: '${env:SECRET}' }] },
    },
    {
      name: 'a cron expression',
      document: {
        apiVersion: 'leeway/v1',
        models: [
          {
            name: 'm',
            task: 'binary',
            columns: { features: {} },
            retrain: { triggers: [{ on: 'schedule', cron: 'x ${env:SECRET}' }] },
          },
        ],
      },
    },
    { name: 'a version', document: { apiVersion: '${env:SECRET}' } },
  ];
  test('are not read from what is no file', async () => {
    const error = await errorOf(check(webhook('${file:/dev/zero}')));
    expect(error.detail).toMatch(/the file \/dev\/zero cannot be read/);
  });

  test.each(mistakes)('are not told by the message about $name', async ({ document }) => {
    const error = await errorOf(check(document));
    const told = JSON.stringify(error.toProblem());
    expect(error.code).toBe('config_invalid');
    expect(told).not.toContain('4711');
    expect(told).not.toContain('w$$rd');
  });
});

describe('the nearest word', () => {
  const words = ['binary', 'multiclass', 'regression', 'roc_auc', 'log_loss', 'of'];
  const cases: [word: string, nearest: string | undefined][] = [
    ['binry', 'binary'],
    ['Binary', 'binary'],
    ['regresion', 'regression'],
    ['auc', undefined],
    ['roc-auc', 'roc_auc'],
    ['logloss', 'log_loss'],
    ['if', 'of'],
    ['something else', undefined],
  ];
  test.each(cases)('to %s is %s', (word, expected) => expect(nearest(word, words)).toBe(expected));
});

describe('what changes', () => {
  const before = {
    server: { port: 1 },
    models: [
      { name: 'a', task: 'binary' },
      { name: 'b', task: 'binary' },
    ],
    include: ['x'],
  };
  const cases: { name: string; to: unknown; changes: object[] }[] = [
    { name: 'nothing', to: structuredClone(before), changes: [] },
    { name: 'a value', to: { ...before, server: { port: 2 } }, changes: [{ path: 'server.port', from: 1, to: 2 }] },
    {
      name: 'a key that is new',
      to: { ...before, server: { port: 1, host: 'h' } },
      changes: [{ path: 'server.host', from: null, to: 'h' }],
    },
    {
      name: 'a key that is gone',
      to: { models: before.models, include: ['x'] },
      changes: [{ path: 'server', from: { port: 1 }, to: null }],
    },
    {
      name: 'a model that is new',
      to: { ...before, models: [...before.models, { name: 'c' }] },
      changes: [{ path: 'models.c', from: null, to: { name: 'c' } }],
    },
    {
      name: 'a model that is gone',
      to: { ...before, models: [before.models[1]] },
      changes: [{ path: 'models.a', from: before.models[0], to: null }],
    },
    {
      name: 'a value in a model',
      to: { ...before, models: [before.models[0], { name: 'b', task: 'regression' }] },
      changes: [{ path: 'models.b.task', from: 'binary', to: 'regression' }],
    },
    {
      name: 'a list without names',
      to: { ...before, include: ['x', 'y'] },
      changes: [{ path: 'include', from: ['x'], to: ['x', 'y'] }],
    },
  ];
  test.each(cases)('$name', ({ to, changes }) => expect(diffConfig(before, to)).toEqual(changes));
});

// Writes the part of docs/reference that follows from the code: configuration, its JSON Schema, errors, metrics, the command
// line, and the HTTP routes. `node scripts/generate-reference.mjs` writes; with --check it only says whether the files are as
// they would be written. It reads what `npm run build` made, and starts no server.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { code, slugOf, table } from './markdown.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const built = (path) => import(new URL(`../packages/${path}`, import.meta.url)).catch(notBuilt);
const { Config, ERRORS } = await built('contract/dist/index.js');
const { driftTests, performanceMetrics } = await built('stats/dist/index.js');
const { ACTIONS } = await built('server/dist/actions/kinds/index.js');
const { CHANNELS } = await built('server/dist/notify/channels/index.js');
const { EXECUTORS } = await built('server/dist/retraining/executors/index.js');
const { TrainParams } = await built('server/dist/learner/train.js');
const { monitoringMetrics } = await built('server/dist/monitoring/metrics.js');
const { createProgram } = await built('server/dist/cli/program.js');
const { CheckResult } = await built('server/dist/check/result.js');

const OPENAPI = 'docs/reference/openapi.json';
const SCHEMA = 'docs/reference/leeway.schema.json';
const CHECK_SCHEMA = 'docs/reference/check.schema.json';
const MADE = '<!-- Made by scripts/generate-reference.mjs; not to be edited. -->\n';

function notBuilt(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(`${error.message}\nrun: npm run build`);
  process.exit(1);
}

function formatJson(path, value) {
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const text = JSON.stringify(value, null, 2);
  const done = spawnSync(process.execPath, [biome, 'format', `--stdin-file-path=${path}`], {
    cwd: ROOT,
    input: text,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`${path} could not be formatted: ${done.stderr}`);
  return done.stdout;
}

// --- configuration

/** The JSON Schema of leeway.yaml: that of the contract, with the options of every channel and executor. */
function configSchema() {
  const { $schema, ...own } = Config.toJSONSchema({ io: 'input' });
  const text = JSON.stringify({ $schema, title: 'leeway.yaml', ...own }).replaceAll('__schema0', 'route');
  const document = JSON.parse(text);
  const channels = document.properties.channels;
  channels.items = { anyOf: CHANNELS.map((channel) => pluginSchema(channels.items, channel, channel.description)) };
  const model = document.properties.models.items.properties;
  const executor = model.retrain.properties.executor;
  const { default: byDefault, description, ...base } = executor;
  model.retrain.properties.executor = {
    default: byDefault,
    description,
    anyOf: EXECUTORS.map((kind) => pluginSchema(base, kind, kind.label)),
  };
  const performance = [...new Set(Object.values(performanceMetrics).flatMap((metrics) => metrics.map(({ id }) => id)))];
  const ids = [...performance, ...monitoringMetrics.map(({ id }) => id)];
  // KPIs and questions have metrics of their own.
  const named = { type: 'string', pattern: '^(kpi|feedback\\.answer)\\.[a-z0-9_]+$' };
  for (const rule of [model.rules.items, document.properties.rules.items, document.$defs.condition]) {
    const { type: _, ...metric } = rule.properties.metric;
    rule.properties.metric = { ...metric, anyOf: [{ enum: ids }, named] };
    const { actions } = rule.properties;
    if (actions) actions.items = { anyOf: ACTIONS.map((kind) => pluginSchema(actions.items, kind, kind.description)) };
  }
  for (const gate of model.retrain.properties.gates.items.oneOf) {
    // Gates of fairness have metrics of their own, which their schema lists.
    if (gate.properties.metric?.type === 'string' && !gate.properties.metric.enum)
      gate.properties.metric.enum = performance;
  }
  const tests = ['auto', ...driftTests.map(({ id }) => id)];
  model.columns.properties.features.additionalProperties.properties.test.enum = tests;
  model.monitors.items.properties.drift.properties.tests.items.enum = tests;
  describe(document, '');
  return document;
}

/** What every plug-in of a kind has, and the options of this one. */
function pluginSchema(base, { type, options }, description) {
  const { properties, required = [] } = options.toJSONSchema({ io: 'input' });
  const own = Object.entries(properties).map(([key, of]) => [key, orReference(of, options.shape[key])]);
  return {
    description,
    type: 'object',
    properties: { ...base.properties, type: { ...base.properties.type, const: type }, ...Object.fromEntries(own) },
    required: [...base.required, ...required],
    additionalProperties: false,
  };
}

/** Where a text of a certain form, or a number, is expected, a reference such as ${env:NAME} may stand too. */
function orReference(of, field) {
  const strict = of.type === 'string' ? of.pattern || of.format : of.type === 'integer' && coerces(field);
  if (!strict) return of;
  const { description, default: byDefault, secret, writeOnly, ...form } = of;
  const kept = { description, default: byDefault, secret, writeOnly };
  return { ...kept, anyOf: [form, { type: 'string', pattern: '\\$\\{(env|file):[^}]+\\}' }] };
}

function coerces(field) {
  let { def } = field._zod;
  while (def.innerType) ({ def } = def.innerType._zod);
  return def.coerce === true;
}

/** What the schema itself does not say. A key that is described in neither place fails the run. */
function descriptions() {
  return {
    apiVersion: 'Always `leeway/v1`.',
    server: 'The server itself. `host`, `port`, `data` and `maxBodyBytes` are read at start only.',
    warehouse: 'Where predictions, labels, profiles and measurements are kept. Read at start only.',
    store: 'Where all other state is kept. Read at start only.',
    channels: 'Places that messages go to. Options depend on the type.',
    routes: 'Which alerts go to which channels: the root of the routing tree, which takes every alert.',
    'routes.routes': 'Children, tried in order; the first that matches wins.',
    models: 'The models that are watched.',
    'models[].name': 'What the model is called, in addresses and tables too.',
    'models[].task': 'What it predicts.',
    'models[].description': 'For people.',
    'models[].columns': 'What the columns of its rows are called.',
    'models[].columns.features': 'The columns that the model reads, by name.',
    'models[].columns.features.*.type': 'What the column holds.',
    'models[].reference': 'The data that a window is compared with.',
    'models[].reference.kind': 'Which data.',
    'models[].monitors[].reference.kind': 'Which data.',
    'models[].monitors': 'What is measured, over which windows.',
    'models[].monitors[].name': 'What rules call it.',
    'models[].monitors[].maturity': 'When a window has labels enough to measure performance.',
    'models[].monitors[].checks': 'Families of metrics that are measured.',
    'models[].monitors[].drift': 'How drift is judged.',
    'models[].rules': 'What is an alert.',
    'models[].retrain': 'How a challenger comes about. Without it the model is not retrained.',
    'models[].retrain.data': 'The labelled rows of a run.',
    'models[].retrain.veto': 'What forbids a run.',
    'models[].retrain.executor': 'How a challenger is trained. Options depend on the type.',
    'models[].retrain.gates': 'What a challenger must show. All must pass.',
    'models[].retrain.gates[].metric': 'Metric of performance.',
    'models[].retrain.gates[].margin': 'In the unit of the metric.',
    'models[].rollout': 'What runs beside the champion.',
    storage: 'Where artifacts and the files of datasets lie. Read at start only.',
    'storage.bucket': 'Bucket.',
    'storage.region': 'Region of the bucket.',
    'storage.secretAccessKey': 'Of that key.',
    'storage.sessionToken': 'Of credentials that run out.',
    registry: 'How long artifacts are kept, and other registries that Leeway tells or asks.',
    'registry.mlflow': 'An MLflow server.',
    'registry.wandb': 'Weights & Biases.',
    'models[].retrain.freeze[].timeZone': 'Zone of its times.',
    'models[].retrain.circuitBreaker': 'Holds back what begins by itself after failures in a row.',
    'models[].retrain.notify': 'Who is told of runs.',
    'models[].retrain.data.preprocessing.steps': 'Steps, one after the other.',
    'models[].retrain.executor.job.jobType': 'Kind of the job.',
    'models[].retrain.executor.resources.requests': 'What the container is given at least.',
    'models[].retrain.executor.resources.limits': 'What the container may use at most.',
    'models[].retrain.gates[].gates': 'Gates of which one must pass.',
    'models[].retrain.gates[].gates[].metric': 'Metric of performance.',
    'models[].retrain.gates[].gates[].margin': 'In the unit of the metric.',
    'models[].retrain.gates[].distance': 'How the distributions are compared.',
    'models[].retrain.gates[].minimumRows': 'Fewer rows than this are inconclusive.',
    'models[].retrain.gates[].top.features': 'Features that must be among the first.',
    'models[].retrain.gates[].top.first': 'How many count as the first.',
    'models[].retrain.gates[].name': 'What people call the gate.',
    'models[].retrain.gates[].env': 'Further environment variables.',
    'models[].retrain.gates[].timeout': 'After this it is inconclusive.',
    'models[].card.risks[].mitigation': 'What is done against it.',
    'server.heartbeat.method': 'How the switch is called.',
    'channels[].digest.every': 'How often a digest is told.',
    'channels[].digest.zone': 'Zone of `at`.',
    'channels[].responders[].type': 'Kind of responder.',
    'channels[].responders[].name': 'Name of the team, schedule or escalation.',
    'channels[].responders[].username': 'Login of the user.',
    'channels[].responders[].id': 'Id, in place of a name.',
    'channels[].priorities.critical': 'Priority of critical alerts.',
    'channels[].priorities.warning': 'Priority of warnings.',
    'channels[].priorities.info': 'Priority of what is only for information.',
    'timeIntervals[].years': 'Years, such as 2026 or 2026:2028.',
    'maintenance[].name': 'What it is called where it mutes.',
    'maintenance[].zone': 'Zone of the schedule.',
    onCall: 'People, who of them is on call when, and who is told if nobody answers.',
    'onCall.people': 'People by name, with the channels that reach them.',
    'onCall.schedules.*.rotation': 'Who takes turns, and when.',
    'onCall.schedules.*.overrides[].person': 'Who is on call in this time.',
    'onCall.escalations.*.steps': 'Who is told one after the other while nobody acknowledges.',
    'models[].feedback': 'What people are asked about its predictions.',
    'models[].feedback.rating.min': 'Worst rating.',
    'models[].feedback.rating.max': 'Best rating.',
    'models[].feedback.questions[].min': 'Lower end of the scale.',
    'models[].feedback.questions[].max': 'Upper end of the scale.',
    'models[].feedback.questions[].name': 'What the answer is called, in data and in metrics.',
    'models[].feedback.questions[].text': 'The question as people read it.',
    'models[].feedback.questions[].choices': 'Answers to choose from.',
    'models[].feedback.form.title': 'First line of the page.',
    'models[].feedback.form.thanks': 'What it says after an answer.',
    'models[].kpis[].description': 'For people.',
    'models[].kpis[].source': 'Where its points come from.',
    'models[].kpis[].source.password': 'Of that user.',
    'channels[].user': 'With a password: who logs in to the mail server.',
    'channels[].password': 'Of that user.',
  };
}

/** Puts the missing descriptions in. */
function describe(document) {
  const missing = descriptions();
  const used = new Set();
  const without = [];
  walk(document, '');
  if (without.length > 0)
    throw new Error(`no description: ${without.join(', ')}; add .describe() in packages/contract/src`);
  const needless = Object.keys(missing).filter((path) => !used.has(path));
  if (needless.length > 0) throw new Error(`described here and in the schema, or gone: ${needless.join(', ')}`);

  function walk(of, path) {
    const variants = of.oneOf ?? of.anyOf ?? [];
    for (const variant of variants) walk(variant, path);
    if (of.items) walk(of.items, `${path}[]`);
    if (typeof of.additionalProperties === 'object') walk(of.additionalProperties, `${path}.*`);
    if (of.$ref) return path === 'routes' ? walk(document.$defs.route, path) : undefined;
    for (const [key, property] of Object.entries(of.properties ?? {})) {
      const at = path === '' ? key : `${path}.${key}`;
      if (!property.description) {
        const text = missing[at] ?? (property.const && (of.description ?? ' '));
        if (!text) without.push(at);
        else if (text !== ' ') property.description = text;
        if (missing[at]) used.add(at);
      }
      walk(property, at);
    }
  }
}

function configurationPage(document) {
  const sections = [];
  add('', document);
  const rest = sections.slice(1);
  return `${MADE}
# Configuration

Every key of \`leeway.yaml\`. [The guide](../guides/configure.md) says how to use it; this page says what there is. The same as
JSON Schema, for editors: [leeway.schema.json](leeway.schema.json). Put this in the first line of a file to use it:

    # yaml-language-server: $schema=PATH/TO/leeway.schema.json

A duration is a whole number with a unit: \`s\`, \`m\`, \`h\`, \`d\` or \`w\`. Every text may hold \`\${env:NAME}\` or \`\${file:PATH}\`,
which the server replaces when it reads the file. A key that is not on this page is a mistake.

## Top level

${sections[0].text}

${rest.map(({ path, text }) => `## ${path}\n\n${text}`).join('\n\n')}

## params of the built-in trainer

What \`retrain.params\` may hold where the executor is \`builtin\`. The params of a program of your own are your own.

${keysTable('', TrainParams.toJSONSchema({ io: 'input' }).properties, [])}
`;

  function add(path, given) {
    const of = given.$ref ? document.$defs.route : given;
    const section = { path, text: '' };
    sections.push(section);
    const variants = of.oneOf ?? of.anyOf;
    section.text = variants
      ? variants.map((variant) => variantText(path, variant)).join('\n\n')
      : keysTable(path, of.properties, of.required ?? []);
    for (const variant of variants ?? [of]) {
      for (const [key, property] of Object.entries(variant.properties)) {
        const child = childOf(property, key);
        if (child) add(path === '' ? child.name : `${path}.${child.name}`, child.of);
      }
    }
  }

  function variantText(path, variant) {
    const told = Object.entries(variant.properties).find(([, of]) => of.const !== undefined);
    // Variants that no key tells apart, such as a responder by its id or by its name.
    if (!told) return keysTable(path, variant.properties, variant.required ?? []);
    const [key, { const: value }] = told;
    const { [key]: _, ...others } = variant.properties;
    const about = variant.description ?? variant.properties[key].description ?? '';
    const keys = Object.keys(others).length === 0 ? '' : `\n\n${keysTable(path, others, variant.required ?? [])}`;
    return `**\`${key}: ${value}\`**${about && !(variant.description === undefined && /^(Kind|Which)/.test(about)) ? ` ${about}` : ''}${keys}`;
  }

  function keysTable(path, properties, required) {
    const rows = Object.entries(properties).map(([key, property]) => {
      const child = childOf(property, key);
      const at = child && (path === '' ? child.name : `${path}.${child.name}`);
      const byDefault = required.includes(key) ? 'required' : defaultText(property);
      const secret = property.secret ? ' A secret: never shown again.' : '';
      const type = child ? `[${typeText(property)}](#${slugOf(at)})` : typeText(property);
      return [code(key), type, byDefault, `${property.description}${secret}`];
    });
    return table(['key', 'type', 'default', 'meaning'], rows);
  }

  /** What has a section of its own. The routing tree has one, however deep it is. */
  function childOf(property, key) {
    // A condition within a condition has the keys of one; the routing tree is the same at every depth.
    if (property.$ref?.endsWith('/condition')) return null;
    const keyed = (of) => of?.properties || of?.$ref || (of?.oneOf ?? of?.anyOf)?.every((one) => one.properties);
    if (keyed(property)) return { name: key, of: property };
    if (property.items?.$ref) return null;
    if (keyed(property.items)) return { name: `${key}[]`, of: property.items };
    const values = property.additionalProperties;
    return keyed(values) ? { name: `${key}.*`, of: values } : null;
  }
}

/** What texts of a certain form are called, by how their pattern begins. */
const FORMS = [
  ['^\\d+(s|m', 'duration'],
  ['^[a-z0-9](', 'name'],
  ['^[A-Za-z_]', 'column'],
];

function typeText(of) {
  if (of.const !== undefined) return code(of.const);
  if (of.enum?.includes('ks')) return '[drift test](metrics.md#drift-tests)';
  if (of.enum?.includes('roc_auc')) return '[metric](metrics.md)';
  if (of.enum) return of.enum.map(code).join(', ');
  if (of.anyOf && !of.anyOf[0].properties)
    return of.anyOf
      .map(typeText)
      .filter((text, i, all) => all.indexOf(text) === i)
      .join(' or ');
  if (of.$ref || of.properties || of.oneOf || of.anyOf) return 'section';
  switch (of.type) {
    case 'array':
      return of.prefixItems ? `list of ${of.prefixItems.length} numbers` : `list of ${plural(typeText(of.items))}`;
    case 'object':
      return of.additionalProperties.type || of.additionalProperties.properties
        ? `${plural(typeText(of.additionalProperties))} by name`
        : 'anything by name';
    case 'integer':
    case 'number':
      return numberText(of);
    case 'boolean':
      return '`true`, `false`';
    default:
      return textForm(of);
  }
}

function textForm({ pattern, format }) {
  const form = FORMS.find(([begin]) => pattern?.startsWith(begin));
  if (form) return form[1];
  return { uri: 'address', date: 'date' }[format] ?? 'text';
}

const plural = (text) => text.replace(/^([a-z]+)$/, '$1s').replace(/^\[(.+)\]/, '[$1s]');

function numberText({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const low = minimum ?? exclusiveMinimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const high = most ?? exclusiveMaximum;
  const what = type === 'integer' ? 'whole number' : 'number';
  if (exclusiveMinimum !== undefined)
    return high === undefined ? `${what} above ${low}` : `${what} between ${low} and ${high}`;
  if (low !== undefined && high !== undefined) return `${what}, ${low} to ${high}`;
  return low === undefined ? what : `${what}, ${low} or more`;
}

function defaultText(property) {
  const { default: value } = property;
  if (value === undefined || value === '') return '';
  if (Array.isArray(value) && value.some((item) => typeof item === 'object')) return `one, ${code(value[0].name)}`;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(code).join(', ');
  if (typeof value !== 'object') return code(value);
  const entries = Object.entries(value);
  return entries.length === 0 ? '' : entries.map(([key, item]) => code(`${key}: ${item}`)).join(', ');
}

// --- errors

function errorsPage() {
  const rows = Object.entries(ERRORS).map(([name, [status, title, remedy]]) => {
    return [`<a id="${name}"></a>\`${name}\``, status, title, remedy];
  });
  return `${MADE}
# Errors

Every error has a code. Over HTTP it comes as \`application/problem+json\`: \`{type, code, status, title, detail, remedy}\`, where
\`detail\` names the input, what was expected and what came. The command line prints the same, and with \`--json\` as
\`{"error": {...}}\`; its exit status is 2 for codes below 500 and 3 for the others. In the \`rejected\` list of an ingest answer, and in
quarantine, the code is that of the row. The routes under \`/v2\` answer \`{"error": text}\` instead, as their protocol asks.

${table(['code', 'status', 'what happened', 'what to do'], rows)}
`;
}

// --- metrics

const BETTER = { higher: 'higher', lower: 'lower', zero: 'near 0', neither: '' };

function metricsPage() {
  const performance = Object.entries(performanceMetrics).map(([task, metrics]) => {
    const rows = metrics.map(({ id, label, better, minimumSample }) => [
      code(id),
      label,
      BETTER[better],
      minimumSample,
    ]);
    return `### ${task}\n\n${table(['id', 'name', 'better', 'rows'], rows)}`;
  });
  const tests = driftTests.map((test) => {
    const { id, label, kinds, decidesBy, defaultThreshold, minimumEffect, minimumSample, reference } = test;
    const limit =
      decidesBy === 'p_value'
        ? `p below ${defaultThreshold} and effect at least ${minimumEffect}`
        : `at least ${defaultThreshold}, and significant`;
    return [code(id), label, kinds.join(', '), limit, minimumSample, reference];
  });
  const family = (name) =>
    table(
      ['id', 'one for each', 'meaning'],
      monitoringMetrics
        .filter(({ id }) => id.startsWith(`${name}.`) && !driftTests.some((test) => id === `drift.${test.id}`))
        .map(({ id, of, text }) => [code(id), of === 'model' ? 'window' : 'column of a window', text]),
    );
  return `${MADE}
# Metrics

The ids that rules and gates may name, and the drift tests. [Statistics](statistics.md) says how each is computed, and what its
interval is. Every metric is measured over all rows; those of performance, \`drift.score\` and \`quality.range_share\` also by slice,
where the monitor names slice columns. A rule about a metric of columns has to say \`column\`: a name, or \`"*"\` for each by itself.

## Performance

Measured when a window is mature. *rows*: labelled rows from which on the value is acted on; a monitor's \`minimumRows\` holds besides.
A gate may name any of these.

${performance.join('\n\n')}

## Drift

Measured when a window is closed, if there is a reference.

${family('drift')}

### Drift tests

For \`test\` of a feature and \`drift.tests\` of a monitor, beside \`auto\`. Each is also a metric, \`drift.ID\`: the statistic for a column.

${table(['id', 'name', 'columns', 'drift when', 'rows a side', 'source'], tests)}

## Quality

Measured when a window is closed. Metrics of columns, but ranges that are declared, need a reference.

${family('quality')}

## Service

Measured when a window is closed. Rows that the gateway answered have their latency; rows that are sent may bring \`latency_ms\`,
\`error\` and \`request\`.

${family('service')}

## Fairness

Measured when a window is mature, of models with \`columns.protected\`. \`column\` is the protected column.

${family('fairness')}

## Value

Measured when a window is mature, where the monitor has a \`value\`.

${family('value')}
`;
}

// --- command line

function cliPage() {
  const program = createProgram();
  const commands = leavesOf(program);
  const index = commands.map(({ command, path }) => {
    return [`[${code(path)}](#${slugOf(path)})`, command.summary() || command.description()];
  });
  return `${MADE}
# Command line

\`leeway COMMAND --help\` prints what stands here. Answers go to stdout, everything else to stderr. With \`--json\` the answer is one JSON
document, without NaN or Infinity.

| exit status | meaning |
|---|---|
| 0 | fine |
| 1 | the answer is "no": something fires, something would change, drift was found |
| 2 | wrong use or bad input |
| 3 | the system failed |

Options of every command:

${optionsTable(program.options)}

Commands that ask a server find its address and token in this order: the options, the variables \`LEEWAY_URL\` and \`LEEWAY_TOKEN\`, and
what a server of the same data directory left there (\`./.leeway\` unless \`--data\` or \`LEEWAY_DATA\` say otherwise).

${table(['command', 'does'], index)}

${commands.map(commandText).join('\n\n')}
`;
}

function leavesOf(command, names = ['leeway']) {
  if (command.commands.length === 0) return [{ command, path: names.join(' ') }];
  return command.commands.flatMap((child) => leavesOf(child, [...names, child.name()]));
}

function commandText({ command, path }) {
  const args = command.registeredArguments.map((arg) => {
    const name = arg.variadic ? `${arg.name()}...` : arg.name();
    return arg.required ? `<${name}>` : `[${name}]`;
  });
  const isDefault = command.parent._defaultCommandName === command.name();
  const text = [
    `## ${path}`,
    sentence(command.description()),
    ...(isDefault ? [`The same as \`${path.split(' ').slice(0, -1).join(' ')}\`.`] : []),
    fenced([path, ...args, ...(command.options.length > 0 ? ['[options]'] : [])].join(' '), 'text'),
  ];
  const own = command.options.filter((option) => option.description !== 'print JSON');
  if (own.length > 0) text.push(optionsTable(own));
  const { examples, rest } = afterHelp(command);
  if (examples.length > 0) text.push(fenced(examples.join('\n'), 'sh'));
  if (rest !== '') text.push(rest);
  return text.join('\n\n');
}

const fenced = (text, language) => `\`\`\`${language}\n${text}\n\`\`\``;
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

function optionsTable(options) {
  const rows = options.map((option) => {
    const { description, defaultValue, argChoices, mandatory, envVar } = option;
    const more = [
      ...(argChoices ? [`one of ${argChoices.map(code).join(', ')}`] : []),
      ...(envVar ? [`or the variable \`${envVar}\``] : []),
    ];
    const byDefault =
      mandatory && defaultValue === undefined ? 'required' : defaultValue === undefined ? '' : code(defaultValue);
    return [code(option.flags), byDefault, [description, ...more].join('; ')];
  });
  return table(['option', 'default', 'meaning'], rows);
}

/** What a command adds to its help: examples, and further paragraphs. */
function afterHelp(command) {
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  const after = text.slice(command.helpInformation().length).trim();
  const lines = after.split('\n');
  const examples = lines.filter((line) => line.startsWith('  leeway ')).map((line) => line.trim());
  const rest = lines.filter((line) => !line.startsWith('  leeway ') && !/^Examples?:$/.test(line));
  return { examples, rest: rest.join('\n').trim() };
}

// --- HTTP

const GROUPS = {
  ingest: 'Rows in',
  models: 'Models',
  alerts: 'Alerts',
  channels: 'Channels and messages',
  review: 'Review',
  runs: 'Retraining runs',
  trainings: 'For training code',
  datasets: 'Datasets',
  versions: 'Versions',
  cards: 'Model cards and runbooks',
  explanations: 'Explanations',
  hooks: 'Calls from other registries',
  config: 'Configuration',
  events: 'Events and audit',
  access: 'Sessions and tokens',
  status: 'Status',
};

/** Routes of which the OpenAPI document says nothing but that they are there. */
const GATEWAY = {
  'GET /v2': 'Name and version of the server',
  'GET /v2/health/live': 'Whether the server lives; wants no token',
  'GET /v2/health/ready': 'Whether it takes requests; wants no token',
  'GET /v2/models/{model}': 'Inputs and outputs of the version that serves',
  'GET /v2/models/{model}/ready': 'Whether a version serves',
  'POST /v2/models/{model}/infer': 'Ask the version that serves',
  'POST /v2/models/{model}/versions/{version}/infer': 'Ask one version by name',
  'POST /models/{model}/invocations': "Ask the version that serves, in MLflow's format",
};

function httpPage() {
  const { paths } = JSON.parse(readFileSync(join(ROOT, OPENAPI), 'utf8'));
  const routes = Object.entries(paths).flatMap(([path, methods]) => {
    return Object.entries(methods).map(([method, { tags = ['gateway'], summary }]) => {
      const route = `${method.toUpperCase()} ${path}`;
      const text = summary ?? GATEWAY[route];
      if (!text) throw new Error(`${route} has no summary: add one to its schema`);
      return { group: tags[0], route, text };
    });
  });
  const unknown = routes.find(({ group }) => group !== 'gateway' && !GROUPS[group]);
  if (unknown)
    throw new Error(
      `${unknown.route} has the tag "${unknown.group}", which scripts/generate-reference.mjs does not know`,
    );
  const listing = (group) =>
    table(
      ['route', 'does'],
      routes.filter((route) => route.group === group).map(({ route, text }) => [code(route), text]),
    );
  return `${MADE}
# HTTP

Every route. Parameters, bodies and answers are in [openapi.json](openapi.json), which a running server has at
\`/api/v1/openapi.json\` and shows at \`/api/docs\`. All but \`/healthz\`, \`/readyz\`, the health routes under \`/v2\` and logging in want a
token, as \`Authorization: Bearer TOKEN\`; [which role may do what](../guides/operate.md#tokens-and-roles). Errors are
[problem documents](errors.md). Every answer carries \`x-request-id\`; a caller's own is kept.

${Object.entries(GROUPS)
  .map(([group, title]) => `## ${title}\n\n${listing(group)}`)
  .join('\n\n')}

## Gateway

Errors under \`/v2\` are \`{"error": text}\`. Answers carry \`x-model-version\`.

${listing('gateway')}

## Probes

| route | does |
|---|---|
| \`GET /healthz\` | Whether the process lives; wants no token |
| \`GET /readyz\` | Whether store and warehouse answer, 503 if not; wants no token |
| \`GET /metrics\` | [Metrics of the server](../guides/operate.md#health-and-metrics) for Prometheus |
| \`GET /api/docs\` | The API in a browser |
`;
}

// --- write, or compare

const schema = configSchema();
const files = {
  [SCHEMA]: formatJson(SCHEMA, schema),
  [CHECK_SCHEMA]: formatJson(CHECK_SCHEMA, {
    title: 'leeway check --json',
    ...CheckResult.toJSONSchema({ io: 'output' }),
  }),
  'docs/reference/configuration.md': configurationPage(schema),
  'docs/reference/errors.md': errorsPage(),
  'docs/reference/metrics.md': metricsPage(),
  'docs/reference/cli.md': cliPage(),
  ...(existsSync(join(ROOT, OPENAPI)) ? { 'docs/reference/http.md': httpPage() } : {}),
};

if (process.argv.includes('--check')) {
  const stale = Object.keys(files).filter((path) => {
    const at = join(ROOT, path);
    return !existsSync(at) || readFileSync(at, 'utf8') !== files[path];
  });
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(', ')}; run: npm run build && node scripts/generate-reference.mjs`);
    process.exitCode = 1;
  }
} else {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(ROOT, path), text);
}

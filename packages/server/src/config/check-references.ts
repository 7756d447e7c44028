import type { Config, ModelConfig, RouteConfig } from '@leeway/contract';
import { type ComparisonMetric, driftTests, performanceMetrics } from '@leeway/stats';
import { Cron } from 'croner';
import type { z } from 'zod';
import { monitoringMetrics } from '../monitoring/metrics.ts';
import { nearest } from './nearest.ts';

/** The plug-ins that a configuration may name, each with the schema of its options. */
export interface Plugins {
  channels: ReadonlyMap<string, z.ZodType>;
  executors: ReadonlyMap<string, z.ZodType>;
}

type Note = (path: readonly PropertyKey[], message: string) => void;

/** Checks what a schema can't: that names which refer to something refer to something that is there. */
export function checkReferences(config: Config, plugins: Plugins, note: Note): void {
  const channels = config.channels.map((channel) => channel.name);
  unique(channels, ['channels'], note);
  config.channels.forEach((channel, i) => {
    const { name: _name, type, sendResolved: _sendResolved, ...options } = channel;
    plugin(plugins.channels, 'channel', type, options, ['channels', i], note);
  });
  checkRoute(config.routes, ['routes'], channels, note);
  unique(
    config.models.map((model) => model.name),
    ['models'],
    note,
  );
  config.models.forEach((model, i) => checkModel(model, plugins, ['models', i], note));
}

function checkRoute(route: RouteConfig, path: PropertyKey[], channels: string[], note: Note): void {
  route.channels?.forEach((name, i) => mustBe(name, channels, 'channel', [...path, 'channels', i], note));
  route.routes?.forEach((child, i) => checkRoute(child, [...path, 'routes', i], channels, note));
}

function checkModel(model: ModelConfig, plugins: Plugins, path: PropertyKey[], note: Note): void {
  const { columns, monitors, rules, retrain } = model;
  const tests = ['auto', ...driftTests.map((test) => test.id)];
  for (const [name, feature] of Object.entries(columns.features)) {
    if (feature.test) mustBe(feature.test, tests, 'drift test', [...path, 'columns', 'features', name, 'test'], note);
  }
  const names = monitors.map((monitor) => monitor.name);
  unique(names, [...path, 'monitors'], note);
  const sliceable = [...Object.keys(columns.features), ...columns.slices, ...columns.protected];
  monitors.forEach((monitor, i) => {
    monitor.slices.forEach((column, j) =>
      mustBe(column, sliceable, 'column', [...path, 'monitors', i, 'slices', j], note),
    );
    monitor.drift.tests.forEach((test, j) =>
      mustBe(test, tests, 'drift test', [...path, 'monitors', i, 'drift', 'tests', j], note),
    );
  });
  unique(
    rules.map((rule) => rule.name),
    [...path, 'rules'],
    note,
  );
  const metrics = metricIds(model);
  rules.forEach((rule, i) => {
    const at = [...path, 'rules', i];
    mustBe(rule.metric, metrics, 'metric', [...at, 'metric'], note);
    if (rule.monitor) mustBe(rule.monitor, names, 'monitor', [...at, 'monitor'], note);
    if (rule.above === undefined && rule.below === undefined && rule.outside === undefined) {
      note(at, 'needs one of above, below or outside');
    }
    if (monitoringMetrics.some(({ id, of }) => id === rule.metric && of === 'column') && rule.column === undefined) {
      note(at, `needs a column, or "*" for each: ${rule.metric} is measured by column`);
    }
    if (rule.of !== undefined && rule.of < rule.for)
      note([...at, 'of'], `is ${rule.of}, and \`for\` asks for ${rule.for} of them`);
  });
  if (!retrain) return;
  plugin(
    plugins.executors,
    'executor',
    retrain.executor.type,
    executorOptions(retrain.executor),
    [...path, 'retrain', 'executor'],
    note,
  );
  retrain.triggers.forEach((trigger, i) => {
    const at = [...path, 'retrain', 'triggers', i];
    if (trigger.on === 'alert')
      mustBe(
        trigger.rule,
        rules.map((rule) => rule.name),
        'rule',
        [...at, 'rule'],
        note,
      );
    else if (!isCron(trigger.cron))
      note([...at, 'cron'], `"${trigger.cron}" is not a cron expression such as "0 3 * * 1"`);
  });
  retrain.gates.forEach((gate, i) => {
    const known = gate.type === 'compare' ? COMPARABLE[model.task] : performanceMetrics[model.task].map(({ id }) => id);
    mustBe(
      gate.metric,
      known,
      `metric to ${gate.type === 'compare' ? 'compare by' : 'judge a challenger by'}`,
      [...path, 'retrain', 'gates', i, 'metric'],
      note,
    );
  });
}

function executorOptions({ type: _type, timeout: _timeout, ...options }: { type: string; timeout: string }): object {
  return options;
}

/** Metrics by which two versions can be compared on the same rows. */
const COMPARABLE: Record<ModelConfig['task'], readonly ComparisonMetric[]> = {
  binary: ['roc_auc', 'log_loss', 'brier_score', 'accuracy'],
  multiclass: ['accuracy'],
  regression: ['mae', 'mse', 'rmse'],
};

/** Every metric that a rule of the model can read. */
export function metricIds(model: Pick<ModelConfig, 'task'>): string[] {
  return [
    ...performanceMetrics[model.task].map((metric) => metric.id),
    ...monitoringMetrics.map((metric) => metric.id),
  ];
}

function plugin(
  known: ReadonlyMap<string, z.ZodType>,
  kind: string,
  type: string,
  options: object,
  path: PropertyKey[],
  note: Note,
): void {
  const schema = known.get(type);
  if (!schema) return mustBe(type, [...known.keys()], `kind of ${kind}`, [...path, 'type'], note);
  const parsed = schema.safeParse(options);
  for (const issue of parsed.error?.issues ?? []) {
    const missing = issue.code === 'invalid_type' && issue.path.length === 1 && !(String(issue.path[0]) in options);
    note([...path, ...issue.path], missing ? `is missing; expected ${issue.expected}` : issue.message);
  }
}

function mustBe(name: string, known: readonly string[], kind: string, path: PropertyKey[], note: Note): void {
  if (known.includes(name)) return;
  const near = nearest(name, known);
  note(
    path,
    `there is no ${kind} "${name}"; ${near ? `did you mean "${near}"?` : `there are ${known.join(', ') || 'none'}`}`,
  );
}

function unique(names: string[], path: PropertyKey[], note: Note): void {
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) note([...path, i, 'name'], `"${name}" is there twice`);
  });
}

function isCron(expression: string): boolean {
  try {
    new Cron(expression, { paused: true });
    return true;
  } catch {
    return false;
  }
}

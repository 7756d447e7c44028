import {
  type Config,
  durationMs,
  type ModelConfig,
  type MonitorConfig,
  type RouteConfig,
  type RuleConfig,
  seasonMs,
} from '@leeway/contract';
import { type ComparisonMetric, driftTests, performanceMetrics } from '@leeway/stats';
import { Cron } from 'croner';
import type { z } from 'zod';
import { estimateMistakes } from '../estimation/estimate-mistakes.ts';
import { metricsOf, monitoringMetrics } from '../monitoring/metrics.ts';
import { detectorMistakes } from '../monitoring/streams/detector-mistakes.ts';
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
    const at = [...path, 'columns', 'features', name];
    if (feature.test) mustBe(feature.test, tests, 'drift test', [...at, 'test'], note);
    if ((feature.type === 'vector') !== (feature.dimension !== undefined)) {
      const wrong = feature.type === 'vector' ? 'needs a dimension: the numbers in each vector' : 'is no vector';
      note([...at, 'dimension'], `${wrong} (type: ${feature.type})`);
    }
  }
  checkScores(model, [...path, 'columns', 'scores'], note);
  const names = monitors.map((monitor) => monitor.name);
  unique(names, [...path, 'monitors'], note);
  const sliceable = [...columns.slices, ...columns.protected];
  for (const [name, { type }] of Object.entries(columns.features)) {
    if (type !== 'text' && type !== 'vector') sliceable.push(name);
  }
  monitors.forEach((monitor, i) => {
    checkBaseline(
      model,
      monitor,
      monitor.reference ? [...path, 'monitors', i, 'reference'] : [...path, 'reference'],
      note,
    );
    for (const { at, message } of [...detectorMistakes(model, monitor), ...estimateMistakes(model, monitor)])
      note([...path, 'monitors', i, ...at], message);
    monitor.slices.forEach((column, j) =>
      mustBe(column, sliceable, 'column', [...path, 'monitors', i, 'slices', j], note),
    );
    const { intersections, bins, reference } = monitor.fairness;
    const within = [...path, 'monitors', i, 'fairness'];
    for (const [j, names] of intersections.entries()) {
      for (const name of names)
        mustBe(name, columns.protected, 'protected column', [...within, 'intersections', j], note);
    }
    for (const name of Object.keys(bins))
      mustBe(name, columns.protected, 'protected column', [...within, 'bins', name], note);
    for (const name of Object.keys(reference)) {
      mustBe(name, columns.protected, 'protected column', [...within, 'reference', name], note);
    }
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
    const fixed = [rule.above, rule.below, rule.outside].some((limit) => limit !== undefined);
    if (!fixed && !rule.threshold) note(at, 'needs one of above, below, outside or threshold');
    checkThreshold(model, rule, at, note);
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

/** Each class has a column of its own, which nothing else is. */
function checkScores({ task, columns }: ModelConfig, at: PropertyKey[], note: Note): void {
  const { id, time, prediction, label, score, scores, features, slices, protected: groups } = columns;
  if (!scores) return;
  if (task !== 'multiclass')
    return note(at, `is for a multiclass model, and this one is ${task}${task === 'binary' ? '; take `score`' : ''}`);
  if (score !== undefined)
    note([...at.slice(0, -1), 'score'], 'is for a binary model; `scores` has a column for each class');
  const entries = Object.entries(scores);
  if (entries.length < 2)
    note(at, `has ${entries.length === 1 ? 'one class' : 'no class'}; all that the model knows belong here`);
  const others = new Set([id, time, prediction, label, ...Object.keys(features), ...slices, ...groups]);
  for (const [i, [name, column]] of entries.entries()) {
    const twin = entries.findIndex((entry) => entry[1] === column);
    if (twin < i) note([...at, name], `"${column}" is the column of the class "${entries[twin]![0]}" already`);
    else if (others.has(column))
      note([...at, name], `"${column}" is another column of the model already; a probability has its own`);
  }
}

/** A reference has to reach back to at least one stretch that the windows of the monitor can be compared with. */
function checkBaseline(model: ModelConfig, monitor: MonitorConfig, at: PropertyKey[], note: Note): void {
  const reference = monitor.reference ?? model.reference;
  if (reference.kind === 'period' && reference.end < reference.start)
    note([...at, 'end'], `${reference.end} lies before the start, ${reference.start}`);
  if (reference.kind === 'trailing' && durationMs(reference.length) === 0)
    note([...at, 'length'], 'is 0; a trailing reference needs some time, such as 28d');
  if (reference.kind !== 'seasonal') return;
  const round = seasonMs(reference.season);
  if (durationMs(monitor.window) > round) {
    note(
      [...at, 'season'],
      `comes round after ${round / 86_400_000} d, and the windows of ${monitor.name} last ${monitor.window}; take a trailing reference`,
    );
  }
  if (durationMs(reference.length) < round)
    note([...at, 'length'], `is ${reference.length}, and the season comes round only after ${round / 86_400_000} d`);
}

function checkThreshold(model: ModelConfig, rule: RuleConfig, at: PropertyKey[], note: Note): void {
  const { threshold } = rule;
  if (!threshold) return;
  const others = (['above', 'below', 'outside', 'clear'] as const).filter((key) => rule[key] !== undefined);
  if (others.length > 0)
    note([...at, 'threshold'], `stands in place of ${others.join(' and ')}: take one or the other`);
  if (rule.against !== 'absolute')
    note([...at, 'threshold'], `is learned from the values themselves; leave out \`against: ${rule.against}\``);
  const monitor = model.monitors.find(({ name }) => name === rule.monitor) ?? model.monitors[0];
  const kind = (monitor?.reference ?? model.reference).kind;
  if (threshold.from === 'reference') {
    if (!['training', 'validation', 'period'].includes(kind))
      note([...at, 'threshold', 'from'], `wants a reference that stays, and it is "${kind}"; take \`from: history\``);
    if (threshold.season) note([...at, 'threshold', 'season'], 'goes with `from: history` only');
  }
  if (!threshold.adjust || !monitor) return;
  if (!threshold.season) return note([...at, 'threshold', 'adjust'], 'needs `season`, which says what comes round');
  const period = seasonMs(threshold.season) / durationMs(monitor.window);
  if (!Number.isInteger(period) || period < 2)
    note([...at, 'threshold', 'adjust'], `needs a season of two windows or more, and windows last ${monitor.window}`);
  else if (threshold.windows < 2 * period)
    note([...at, 'threshold', 'windows'], `is ${threshold.windows}, and two seasons are ${2 * period} windows`);
}

function executorOptions({ type: _type, timeout: _timeout, ...options }: { type: string; timeout: string }): object {
  return options;
}

/** Metrics by which two versions can be compared on the same rows. */
const COMPARABLE: Record<ModelConfig['task'], readonly ComparisonMetric[]> = {
  binary: ['roc_auc', 'log_loss', 'brier_score', 'accuracy'],
  multiclass: ['log_loss', 'accuracy'],
  regression: ['mae', 'mse', 'rmse'],
};

/** Every metric that a rule of the model can read. */
export function metricIds(model: Pick<ModelConfig, 'task'>): string[] {
  return metricsOf(model).map(({ id }) => id);
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

import {
  type Config,
  durationMs,
  type ModelConfig,
  type MonitorConfig,
  type RouteConfig,
  seasonMs,
  WATCH_MONITOR,
} from '@leeway/contract';
import { driftTests } from '@leeway/stats';
import type { z } from 'zod';
import { optionsOf } from '../actions/options.ts';
import { estimateMistakes } from '../estimation/estimate-mistakes.ts';
import { detectorMistakes } from '../monitoring/streams/detector-mistakes.ts';
import { channelOptions } from '../notify/channel.ts';
import { failoverLoop } from '../notify/failover.ts';
import { checkDataset } from './check-dataset.ts';
import { checkGates } from './check-gates.ts';
import { checkOnCall } from './check-on-call.ts';
import { checkRegistry } from './check-registry.ts';
import { checkRetrainPolicy } from './check-retrain-policy.ts';
import { checkRouting } from './check-routing.ts';
import { checkRules } from './check-rules.ts';
import { checkTemplates } from './check-templates.ts';
import type { FromTemplate } from './expand-rules.ts';
import { mustBe, type Note, unique } from './must-be.ts';

/** The plug-ins that a configuration may name, each with the schema of its options. */
export interface Plugins {
  channels: ReadonlyMap<string, z.ZodType>;
  executors: ReadonlyMap<string, z.ZodType>;
  actions: ReadonlyMap<string, z.ZodType>;
}

/**
 * Checks what a schema can't: that names which refer to something refer to something that is there. `inherited` says which rules
 * the models have from templates.
 */
export function checkReferences(
  config: Config,
  inherited: readonly FromTemplate[][],
  plugins: Plugins,
  note: Note,
): void {
  const channels = config.channels.map((channel) => channel.name);
  unique(channels, ['channels'], note);
  config.channels.forEach((channel, i) => {
    plugin(plugins.channels, 'channel', channel.type, channelOptions(channel), ['channels', i], note);
    checkFailover(config.channels, i, note);
    checkTemplates(channel, ['channels', i], note);
  });
  checkOnCall(config, note);
  checkRoute(config.routes, ['routes'], channels, note);
  checkRouting(config, note);
  checkRegistry(config, note);
  unique(
    config.models.map((model) => model.name),
    ['models'],
    note,
  );
  const templates = config.rules.map((rule) => rule.name);
  unique(templates, ['rules'], note);
  config.models.forEach((model, i) => {
    checkModel(model, inherited[i] ?? [], plugins, ['models', i], note);
    checkRetrainPolicy(model, channels, ['models', i, 'retrain'], note);
  });
}

/** A channel hands what it can't deliver to another, and that must come to an end. */
function checkFailover(channels: Config['channels'], i: number, note: Note): void {
  const { name = '', failover } = channels[i] ?? {};
  if (failover === undefined) return;
  const path = ['channels', i, 'failover'];
  const names = channels.map((channel) => channel.name);
  mustBe(failover, names, 'channel', path, note);
  const loop = failoverLoop(name, (of) => channels.find((channel) => channel.name === of)?.failover);
  if (loop) note(path, `a failover must come to an end: ${loop.join(' to ')} is a loop`);
}

function checkRoute(route: RouteConfig, path: PropertyKey[], channels: string[], note: Note): void {
  route.channels?.forEach((name, i) => mustBe(name, channels, 'channel', [...path, 'channels', i], note));
  route.routes?.forEach((child, i) => checkRoute(child, [...path, 'routes', i], channels, note));
}

function checkModel(
  model: ModelConfig,
  inherited: readonly FromTemplate[],
  plugins: Plugins,
  path: PropertyKey[],
  note: Note,
): void {
  const { columns, monitors, retrain } = model;
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
  const watch = names.indexOf(WATCH_MONITOR);
  if (watch >= 0)
    note([...path, 'monitors', watch, 'name'], `"${WATCH_MONITOR}" is there without being declared; take another name`);
  unique(
    model.kpis.map((kpi) => kpi.name),
    [...path, 'kpis'],
    note,
  );
  unique(
    model.feedback.questions.map((question) => question.name),
    [...path, 'feedback', 'questions'],
    note,
  );
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
  checkRules(model, inherited, path, note);
  checkActions(model, inherited.length, plugins, path, note);
  if (!retrain) return;
  plugin(
    plugins.executors,
    'executor',
    retrain.executor.type,
    executorOptions(retrain.executor),
    [...path, 'retrain', 'executor'],
    note,
  );
  checkDataset(model, [...path, 'retrain', 'data'], note);
  checkGates(model, [...path, 'retrain', 'gates'], note);
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

function executorOptions({ type: _type, timeout: _timeout, ...options }: { type: string; timeout: string }): object {
  return options;
}

/** Actions of the model's own rules; those of templates are checked where they come to stand first. */
function checkActions(model: ModelConfig, inherited: number, plugins: Plugins, path: PropertyKey[], note: Note): void {
  for (const [i, rule] of model.rules.entries()) {
    const own = i < model.rules.length - inherited;
    for (const [j, action] of rule.actions.entries()) {
      const at = own ? [...path, 'rules', i, 'actions', j] : [...path, 'rules'];
      plugin(plugins.actions, 'action', action.type, optionsOf(action), at, note);
      if (action.type === 'retrain' && !model.retrain)
        note(at, `retrains, and the model says nothing of retraining; add "retrain: {}" to it`);
    }
  }
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

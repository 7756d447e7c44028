import {
  backoffOf,
  durationMs,
  isLeaf,
  leavesOfTrigger,
  type ModelConfig,
  type TriggerConfig,
  type TriggerLeaf,
} from '@leeway/contract';
import { Cron } from 'croner';
import { DateTime } from 'luxon';
import { metricsOf } from '../monitoring/metrics.ts';
import { betterOf } from '../retraining/observe.ts';
import { mustBe, type Note, unique } from './must-be.ts';

type Path = PropertyKey[];
type LeafOf<K extends TriggerLeaf['on']> = Extract<TriggerLeaf, { on: K }>;

const MOST_DEPTH = 5;
const MOST_LEAVES = 50;
/** What runs come from that no trigger began. */
const TAKEN = ['hand', 'api'];

/** Checks when runs of a model begin, what holds them back and who is told. */
export function checkRetrainPolicy(model: ModelConfig, channels: readonly string[], path: Path, note: Note): void {
  const { retrain } = model;
  if (!retrain) return;
  retrain.triggers.forEach((trigger, i) => {
    const at = [...path, 'triggers', i];
    checkTrigger(model, trigger, at, note);
    if (!isTrueOfSomething(trigger)) note(at, 'only says what must not be; it needs something that is true at a time');
    if (depthOf(trigger) > MOST_DEPTH) note(at, `is ${depthOf(trigger)} deep, and ${MOST_DEPTH} is the most`);
    if (leavesOfTrigger(trigger).length > MOST_LEAVES) note(at, `has more than ${MOST_LEAVES} conditions`);
    if (trigger.name !== undefined && TAKEN.includes(trigger.name))
      note([...at, 'name'], `"${trigger.name}" is what other runs come from; take another name`);
  });
  const named = retrain.triggers.map(({ name }, i) => name ?? `unnamed trigger ${i}`);
  unique(named, [...path, 'triggers'], note);
  retrain.freeze.forEach((freeze, i) => {
    const at = [...path, 'freeze', i];
    if (freeze.cron !== undefined) checkCron(freeze.cron, [...at, 'cron'], note);
    const [from, until] = [freeze.from, freeze.until].map((text) =>
      text === undefined ? null : DateTime.fromISO(text, { zone: freeze.timeZone }).toMillis(),
    );
    if (from != null && until != null && until <= from)
      note([...at, 'until'], `${freeze.until} is not later than from, ${freeze.from}`);
  });
  unique(
    retrain.freeze.map(({ name }) => name),
    [...path, 'freeze'],
    note,
  );
  const { first, most } = backoffOf(retrain.backoff);
  if (durationMs(most) < durationMs(first)) note([...path, 'backoff', 'most'], `is ${most}, and first is ${first}`);
  retrain.notify.channels?.forEach((name, i) =>
    mustBe(name, channels, 'channel', [...path, 'notify', 'channels', i], note),
  );
}

function checkTrigger(model: ModelConfig, trigger: TriggerConfig, at: Path, note: Note): void {
  if (isLeaf(trigger)) return checkLeaf(model, trigger, at, note);
  const { all, any, not } = trigger;
  const kinds = Object.entries({ all, any, not }).filter(([, given]) => given !== undefined);
  if (kinds.length !== 1) {
    const has = kinds.length === 0 ? 'none of them' : kinds.map(([name]) => name).join(' and ');
    return note(at, `needs "on", or one of all, any and not; it has ${has}`);
  }
  all?.forEach((child, i) => checkTrigger(model, child, [...at, 'all', i], note));
  any?.forEach((child, i) => checkTrigger(model, child, [...at, 'any', i], note));
  if (not) checkTrigger(model, not, [...at, 'not'], note);
}

function checkLeaf(model: ModelConfig, leaf: TriggerLeaf, at: Path, note: Note): void {
  const monitors = model.monitors.map(({ name }) => name);
  switch (leaf.on) {
    case 'alert': {
      const rules = model.rules.map((rule) => rule.name);
      return mustBe(leaf.rule, rules, 'rule', [...at, 'rule'], note);
    }
    case 'schedule':
      return checkCron(leaf.cron, [...at, 'cron'], note);
    case 'metric':
      if (leaf.monitor) mustBe(leaf.monitor, monitors, 'monitor', [...at, 'monitor'], note);
      return checkMetric(model, leaf, at, note);
    case 'drift': {
      if (leaf.monitor) mustBe(leaf.monitor, monitors, 'monitor', [...at, 'monitor'], note);
      const { features, prediction, score } = model.columns;
      const known = [...Object.keys(features), prediction, ...(score === undefined ? [] : [score])];
      leaf.columns?.forEach((name, i) => mustBe(name, known, 'column', [...at, 'columns', i], note));
      return;
    }
    default:
      return;
  }
}

function checkMetric(model: ModelConfig, leaf: LeafOf<'metric'>, at: Path, note: Note): void {
  const { metric, column, slice, above, below, drop } = leaf;
  const known = metricsOf(model);
  mustBe(
    metric,
    known.map(({ id }) => id),
    'metric',
    [...at, 'metric'],
    note,
  );
  if (known.some(({ id, of }) => id === metric && of === 'column') && column === '')
    note(at, `needs a column: ${metric} is measured by column`);
  if (slice !== '' && !slice.includes('=')) note([...at, 'slice'], `"${slice}" is no slice such as "origin=ATL"`);
  const limits = [above, below, drop].filter((limit) => limit !== undefined).length;
  if (limits === 0) note(at, 'needs one of above, below and drop');
  if (drop && limits > 1) note([...at, 'drop'], 'stands in place of above and below: take one or the other');
  if (above !== undefined && below !== undefined && above < below)
    note([...at, 'above'], `with above ${above} and below ${below} it is always true`);
  if (!drop) return;
  if (betterOf(model, metric) === null)
    note([...at, 'drop'], `of ${metric} neither more nor less is better; take above or below`);
  if (drop.against === 'champion_at_promotion' && (column !== '' || slice !== ''))
    note([...at, 'drop', 'against'], 'the held-out value is of the whole model; take reference or best');
}

function checkCron(cron: string, at: Path, note: Note): void {
  try {
    new Cron(cron, { paused: true });
  } catch {
    note(at, `"${cron}" is not a cron expression such as "0 3 * * 1"`);
  }
}

const childrenOf = (trigger: TriggerConfig): TriggerConfig[] =>
  isLeaf(trigger) ? [] : [...(trigger.all ?? []), ...(trigger.any ?? []), ...(trigger.not ? [trigger.not] : [])];

const depthOf = (trigger: TriggerConfig): number =>
  1 + Math.max(0, ...childrenOf(trigger).map((child) => depthOf(child)));

/** Whether something in it that holds names an occasion: what only is not the case would be so for ever. */
function isTrueOfSomething(trigger: TriggerConfig): boolean {
  if (isLeaf(trigger)) return true;
  const { all, any } = trigger;
  return (all?.some(isTrueOfSomething) ?? false) || (any?.every(isTrueOfSomething) ?? false);
}

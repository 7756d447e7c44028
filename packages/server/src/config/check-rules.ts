import {
  type ConditionConfig,
  durationMs,
  type ModelConfig,
  type RuleConfig,
  seasonMs,
  WATCH_MONITOR,
} from '@leeway/contract';
import { leavesOf } from '../alerting/decide/combine-conditions.ts';
import { ExpressionError, parseExpression } from '../alerting/decide/expression.ts';
import { isOfEach } from '../alerting/decide/judge-leaf.ts';
import { metricsOf } from '../monitoring/metrics.ts';
import { checkTemplate } from './check-templates.ts';
import type { FromTemplate } from './expand-rules.ts';
import { mustBe, type Note, unique } from './must-be.ts';

/** A rule looks at so many numbers at most. */
const MOST_CONDITIONS = 50;

type Path = PropertyKey[];
type Condition = ConditionConfig | RuleConfig;

/** Checks the rules of a model: its own, and those that it has from templates, which are named where the template stands. */
export function checkRules(model: ModelConfig, inherited: readonly FromTemplate[], path: Path, note: Note): void {
  const own = model.rules.slice(0, model.rules.length - inherited.length);
  unique(
    own.map((rule) => rule.name),
    [...path, 'rules'],
    note,
  );
  own.forEach((rule, i) => checkRule(model, rule, [...path, 'rules', i], note));
  for (const { rule, template } of inherited) {
    const ofModel: Note = (at, message) => note(at, `for the model "${model.name}": ${message}`);
    checkRule(model, rule, ['rules', template], ofModel);
  }
}

function checkRule(model: ModelConfig, rule: RuleConfig, at: Path, note: Note): void {
  const monitors = [...model.monitors.map((monitor) => monitor.name), WATCH_MONITOR];
  if (rule.monitor) mustBe(rule.monitor, monitors, 'monitor', [...at, 'monitor'], note);
  checkCondition(model, rule, rule, at, note);
  if (rule.of !== undefined && rule.of < rule.for)
    note([...at, 'of'], `is ${rule.of}, and \`for\` asks for ${rule.for} of them`);
  if (rule.noDataFor !== undefined && rule.noData !== 'alert' && rule.noData !== 'separate')
    note([...at, 'noDataFor'], `goes with \`noData: alert\` or \`separate\`, and it is ${rule.noData}`);
  checkSeverity(model, rule, at, note);
  checkTemplate(rule.summary, [...at, 'summary'], note);
  const leaves = leavesOf(rule);
  if (leaves.length > MOST_CONDITIONS)
    note(at, `has ${leaves.length} conditions, and ${MOST_CONDITIONS} are the most; take several rules`);
  const each = new Set(leaves.filter(isOfEach).map(({ column, slice }) => `${column === '*'}${slice === '*'}`));
  if (each.size > 1)
    note(
      at,
      'has "*" for the column in one condition and for the slice in another: a rule is about the one or the other',
    );
}

function checkSeverity({ cost }: ModelConfig, { severity }: RuleConfig, at: Path, note: Note): void {
  if (typeof severity === 'string') return;
  const where = [...at, 'severity', 'cost'];
  const { warning, critical } = severity.cost;
  if (warning === undefined && critical === undefined) note(where, 'needs one of warning and critical');
  if (warning !== undefined && critical !== undefined && critical <= warning)
    note([...where, 'critical'], `is ${critical}, and has to be more than warning, ${warning}`);
  if (!cost) note(where, 'needs prices: the model has no `cost`, such as { falsePositive: 2, falseNegative: 50 }');
}

/** What a condition is: about one metric, an expression, or made of others. It is one of them. */
function checkCondition(model: ModelConfig, rule: RuleConfig, condition: Condition, at: Path, note: Note): void {
  const { metric, all, any, not, expression } = condition;
  const kinds = Object.entries({ metric: metric || undefined, all, any, not, expression }).filter(
    ([, given]) => given !== undefined,
  );
  if (kinds.length === 0) return note(at, 'needs a metric, or one of all, any, not and expression');
  if (kinds.length > 1) return note(at, `has ${kinds.map(([name]) => name).join(' and ')}; a condition is one of them`);
  if (metric) return checkMetric(model, rule, condition, at, note);
  const needless = limitsIn(condition);
  if (needless.length > 0)
    note([...at, needless[0]!], `belongs to a condition with a metric, and this one has \`${kinds[0]![0]}\``);
  if (expression !== undefined) return checkExpression(model, expression, [...at, 'expression'], note);
  all?.forEach((child, i) => checkCondition(model, rule, child, [...at, 'all', i], note));
  any?.forEach((child, i) => checkCondition(model, rule, child, [...at, 'any', i], note));
  if (not) checkCondition(model, rule, not, [...at, 'not'], note);
}

/** Keys that only mean something beside a metric. */
function limitsIn(condition: Condition): string[] {
  const { against, relative, significant } = condition;
  const given = (['column', 'slice', 'above', 'below', 'outside', 'threshold', 'clear'] as const).filter(
    (key) => condition[key] !== undefined,
  );
  return [
    ...given,
    ...(against === 'absolute' ? [] : ['against']),
    ...(relative ? ['relative'] : []),
    ...(significant ? ['significant'] : []),
  ];
}

function checkMetric(model: ModelConfig, rule: RuleConfig, condition: Condition, at: Path, note: Note): void {
  const known = metricsOf(model);
  const ids = known.map(({ id }) => id);
  mustBe(condition.metric, ids, 'metric', [...at, 'metric'], note);
  const fixed = [condition.above, condition.below, condition.outside].some((limit) => limit !== undefined);
  if (!fixed && !condition.threshold) note(at, 'needs one of above, below, outside or threshold');
  checkThreshold(model, rule, condition, at, note);
  if (known.some(({ id, of }) => id === condition.metric && of === 'column') && condition.column === undefined)
    note(at, `needs a column, or "*" for each: ${condition.metric} is measured by column`);
}

function checkExpression(model: ModelConfig, text: string, at: Path, note: Note): void {
  try {
    const known = metricsOf(model);
    for (const { key, metric, column } of parseExpression(text).refs) {
      mustBe(
        metric,
        known.map(({ id }) => id),
        'metric',
        at,
        note,
      );
      if (column === '' && known.some(({ id, of }) => id === metric && of === 'column'))
        note(at, `needs a column, as in m["${metric} of COLUMN"]: ${key} is measured by column`);
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    note(at, error.message);
  }
}

function checkThreshold(model: ModelConfig, rule: RuleConfig, condition: Condition, at: Path, note: Note): void {
  const { threshold } = condition;
  if (!threshold) return;
  const others = (['above', 'below', 'outside', 'clear'] as const).filter((key) => condition[key] !== undefined);
  if (others.length > 0)
    note([...at, 'threshold'], `stands in place of ${others.join(' and ')}: take one or the other`);
  if (condition.against !== 'absolute')
    note([...at, 'threshold'], `is learned from the values themselves; leave out \`against: ${condition.against}\``);
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

import { durationMs, isWatchMetric, type ModelConfig, type RuleConfig } from '@leeway/contract';

export interface ExportedRule {
  alert: string;
  expr: string;
  for?: string;
  keep_firing_for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface PrometheusExport {
  groups: { name: string; rules: ExportedRule[] }[];
  /** Rules that stay with Leeway alone, each with what Prometheus can't say of it. */
  left: { model: string; rule: string; why: string }[];
}

/**
 * Leeway's rules as rules of Prometheus over the gauges of `GET /metrics`, for those that can be said there. Windows in a
 * row become time: a rule `for: 3` over windows of a day holds for two days after its first bad window.
 */
export function exportRules(models: readonly ModelConfig[]): PrometheusExport {
  const left: PrometheusExport['left'] = [];
  const groups = models.map((model) => {
    const rules = model.rules.flatMap((rule) => {
      const why = whyNot(rule);
      if (why === null) return [exportRule(model, rule)];
      left.push({ model: model.name, rule: rule.name, why });
      return [];
    });
    return { name: `leeway-${model.name}`, rules };
  });
  return { groups: groups.filter(({ rules }) => rules.length > 0), left };
}

function whyNot(rule: RuleConfig): string | null {
  if (rule.metric === '') return 'it combines conditions, or is an expression';
  if (isWatchMetric(rule.metric)) return 'it is looked at by the clock, and not told to Prometheus';
  if (rule.minimumCoverage > 0) return 'it wants labels for a share of the predictions';
  if (rule.threshold) return 'its threshold is learned from earlier windows';
  if (rule.against === 'previous') return 'it compares with the window before';
  if (rule.of !== undefined) return 'it counts windows that need not follow each other';
  if (rule.clear !== undefined) return 'it has a threshold of its own to be well again';
  if (typeof rule.severity !== 'string') return 'its severity is computed from a cost';
  if (rule.noData !== 'keep' && rule.noData !== 'ok') return `of windows without data it says ${rule.noData}`;
  if (rule.slice !== undefined) return 'it is about a slice, and slices are not told by default';
  return null;
}

function exportRule(model: ModelConfig, rule: RuleConfig): ExportedRule {
  const monitor = model.monitors.find(({ name }) => name === rule.monitor) ?? model.monitors[0];
  const length = durationMs(monitor?.window ?? '1d');
  const held = (rule.for - 1) * length;
  const kept = rule.keepFiring * length;
  const { column } = rule;
  return {
    alert: `${model.name}: ${rule.name}`,
    expr: expression(model.name, monitor?.name ?? '', rule),
    ...(held > 0 && { for: `${held / 1000}s` }),
    ...(kept > 0 && { keep_firing_for: `${kept / 1000}s` }),
    labels: {
      ...Object.fromEntries(Object.entries(rule.labels).filter(([name]) => /^[a-zA-Z_]\w*$/.test(name))),
      rule: rule.name,
      severity: String(rule.severity),
      ...(model.owner && { owner: model.owner }),
    },
    annotations: {
      summary: escapeTemplate(
        `${model.name}: ${rule.metric}${column && column !== '*' ? ` of ${column}` : ''} is `,
      ).concat('{{ $value }}'),
      ...(rule.runbook && URL.canParse(rule.runbook) && { runbook_url: escapeTemplate(rule.runbook) }),
    },
  };
}

function expression(model: string, monitor: string, rule: RuleConfig): string {
  const { metric, column, against, relative, significant, minimumRows } = rule;
  const matchers = [
    `model=${quote(model)}`,
    `monitor=${quote(monitor)}`,
    `metric=${quote(metric)}`,
    column === '*' ? 'column!=""' : `column=${quote(column ?? '')}`,
    'slice=""',
    'version=""',
  ].join(',');
  const gauge = (suffix = '') => `leeway_measurement${suffix}{${matchers}}`;
  const limit = (at: number): string => {
    if (against !== 'reference') return String(at);
    const change = relative ? `${at} * abs(${gauge('_reference')})` : String(at);
    return `(${gauge('_reference')} + ${change})`;
  };
  const side = (operator: '>' | '<', at: number): string => {
    const breach = `${gauge()} ${operator} ${limit(at)}`;
    if (!significant) return breach;
    // The bound on the near side must lie beyond too; where no interval was computed the value alone decides, as in Leeway.
    const bound = gauge(operator === '>' ? '_lower' : '_upper');
    return `${breach} unless ${bound} ${operator === '>' ? '<=' : '>='} ${limit(at)}`;
  };
  const sides = [
    ...(rule.above === undefined ? [] : [side('>', rule.above)]),
    ...(rule.below === undefined ? [] : [side('<', rule.below)]),
    ...(rule.outside === undefined ? [] : [side('<', rule.outside[0]), side('>', rule.outside[1])]),
  ];
  const either = sides.length === 1 ? sides[0]! : sides.map((expr) => `(${expr})`).join(' or ');
  return minimumRows > 0 ? `(${either}) and ${gauge('_rows')} >= ${minimumRows}` : either;
}

const quote = (text: string): string => JSON.stringify(text);

/** Text of ours in a field that Prometheus takes for a template. */
const escapeTemplate = (text: string): string => text.replaceAll('{{', '{{"{{"}}');

import {
  type Backtest,
  type BacktestRequest,
  type BacktestScore,
  type BacktestVariant,
  type Config,
  durationMs,
  LeewayError,
  type ModelConfig,
  type RuleConfig,
} from '@leeway/contract';
import { iso, isoOrNull } from '../../platform/clock.ts';
import type { PastWindow } from '../decide/learn-threshold.ts';
import { type Route, resolveRoutes } from '../decide/match-route.ts';
import type { Arrival } from './arrivals.ts';
import { backtestRule, type Episode, type RuleBacktest } from './backtest-rule.ts';
import { bestOf, paretoOf } from './choose-variant.ts';
import { countPages } from './count-pages.ts';
import { changeRule, variantsOf } from './rule-variants.ts';
import { type IncidentSpan, isAbout, scoreBacktest } from './score-backtest.ts';

export interface BacktestInput {
  model: ModelConfig;
  routing: Pick<Config, 'routes' | 'channels'>;
  arrivals: readonly Arrival[];
  /** Of conditions whose threshold is learned from the reference, by `historyKey`: its windows. */
  referenceWindows: ReadonlyMap<string, readonly PastWindow[]>;
  /** Called between the variants of a sweep, of which `done` are through: for others to have their turn. */
  pause?: (done: number, total: number) => Promise<void>;
}

interface Span {
  from: number;
  to: number;
}

/** Replays rules over what was measured, scores them, and tries variants where asked. The same answer every time. */
export async function runBacktest(input: BacktestInput, request: BacktestRequest): Promise<Backtest> {
  const { model, arrivals } = input;
  const rules = rulesOf(model, request);
  const span = {
    from: request.from ? Date.parse(request.from) : (arrivals[0]?.at ?? 0),
    to: request.to ? Date.parse(request.to) : (arrivals.at(-1)?.at ?? 0) + 1,
  };
  if (span.to < span.from) {
    throw new LeewayError('invalid_request', `from ${iso(span.from)} lies after to ${iso(span.to)}`);
  }
  const incidents = incidentsOf(request, span.to);
  const judge = judgeWith(input, request, incidents);
  const replayed = rules.map((rule) => replay(input, rule, span));
  const total = judge(replayed, span);
  const episodes = replayed.flatMap((found) => found.episodes).sort((a, b) => a.firedAt - b.firedAt);
  const limits = { tolerance: durationMs(request.tolerance), grace: durationMs(request.grace) };
  const { variants, warnings } = await sweep(input, request, incidents, span);
  return {
    model: model.name,
    rules: replayed.map((found) => ({
      ...{ rule: found.rule, judged: found.judged, withoutData: found.withoutData },
      score: judge([found], span),
    })),
    total,
    episodes: episodes.map((episode) => toResource(episode, incidents, limits)),
    missed: (incidents ?? []).flatMap((incident, i) => {
      const within = incident.start < span.to && incident.end > span.from && concerns(incident, model, rules);
      return within && !episodes.some((episode) => isAbout(episode, incident, limits)) ? [i] : [];
    }),
    variants,
    warnings: [...warnings, ...warningsOf(input, rules, replayed, total, incidents, span)],
  };
}

/** The rules that are asked for, with what is changed of them. */
function rulesOf(model: ModelConfig, { rules, set, sweep }: BacktestRequest): RuleConfig[] {
  for (const name of [...(rules ?? []), ...Object.keys(set), ...(sweep ? [sweep.rule] : [])]) {
    if (model.rules.some((rule) => rule.name === name)) continue;
    const known = model.rules.map((rule) => rule.name).join(', ') || 'none';
    throw new LeewayError('invalid_request', `model "${model.name}" has no rule "${name}"; it has ${known}`);
  }
  const wanted = rules ?? (sweep ? [sweep.rule] : undefined);
  return model.rules
    .filter(({ name }) => wanted?.includes(name) ?? true)
    .map((rule) => (set[rule.name] ? changeRule(model, rule, set[rule.name]!) : rule));
}

function incidentsOf({ incidents }: BacktestRequest, to: number): IncidentSpan[] | null {
  if (!incidents) return null;
  return incidents.map(({ start, end, rule, ...about }, i) => {
    const span = { start: Date.parse(start), end: end ? Date.parse(end) : Math.max(to, Date.parse(start)) };
    if (span.end < span.start) {
      throw new LeewayError('invalid_request', `incident ${i + 1}: it ends on ${end}, before it begins on ${start}`);
    }
    return { ...span, model: about.model ?? null, rule: rule ?? null };
  });
}

const concerns = (incident: IncidentSpan, model: ModelConfig, rules: readonly { name: string }[]): boolean =>
  (incident.model === null || incident.model === model.name) &&
  (incident.rule === null || rules.some(({ name }) => name === incident.rule));

function replay({ model, arrivals, referenceWindows }: BacktestInput, rule: RuleConfig, span: Span): RuleBacktest {
  return backtestRule(model, rule, { arrivals }, { ...span, referenceWindows });
}

/** Scores rules together over a span. */
function judgeWith(
  { model, routing }: BacktestInput,
  request: BacktestRequest,
  incidents: readonly IncidentSpan[] | null,
): (replayed: readonly RuleBacktest[], span: Span) => BacktestScore {
  return (replayed, span) => {
    const episodes = replayed.flatMap((found) => found.episodes);
    const names = replayed.map(({ rule: name }) => ({ name }));
    return scoreBacktest({
      episodes,
      transitions: replayed.reduce((sum, { transitions }) => sum + transitions.length, 0),
      messages: countPages(episodes, routing, span.to),
      incidents: incidents?.filter((incident) => concerns(incident, model, names)) ?? null,
      ...{ tolerance: durationMs(request.tolerance), grace: durationMs(request.grace) },
      ...span,
    });
  };
}

async function sweep(
  input: BacktestInput,
  request: BacktestRequest,
  incidents: readonly IncidentSpan[] | null,
  span: Span,
): Promise<{ variants: BacktestVariant[]; warnings: string[] }> {
  const { sweep: asked, holdout } = request;
  if (!asked) {
    if (holdout === undefined) return { variants: [], warnings: [] };
    throw new LeewayError('invalid_request', 'a holdout was given without a sweep, so there is nothing to choose');
  }
  if (holdout !== undefined && !incidents) {
    throw new LeewayError('invalid_request', 'a holdout was given without incidents, so there is nothing to choose by');
  }
  const rule = rulesOf(input.model, { ...request, rules: [asked.rule] })[0]!;
  const split = holdout === undefined ? span.to : span.to - holdout * (span.to - span.from);
  const judge = judgeWith(input, request, incidents);
  const tried = variantsOf(asked);
  const variants: Pick<BacktestVariant, 'values' | 'score' | 'held'>[] = [];
  let blind = 0;
  for (const values of tried) {
    const changed = changeRule(input.model, rule, values);
    const over = (part: Span) => {
      const replayed = replay(input, changed, part);
      if (replayed.judged === replayed.withoutData) blind += 1;
      return judge([replayed], part);
    };
    const held = holdout === undefined ? null : over({ from: split, to: span.to });
    variants.push({ values, score: over({ from: span.from, to: split }), held });
    await input.pause?.(variants.length, tried.length);
  }
  const scores = variants.map(({ score }) => score);
  const pareto = incidents ? paretoOf(scores) : scores.map(() => false);
  const best = incidents ? bestOf(scores) : null;
  return {
    variants: variants.map((variant, i) => ({ ...variant, pareto: pareto[i]!, chosen: i === best })),
    warnings: [
      ...(blind > 0
        ? [`${blind} of the variants had no value to judge: no such windows, or too few rows in them`]
        : []),
      ...sweepWarnings(variants, best, incidents, holdout),
    ],
  };
}

function sweepWarnings(
  variants: readonly { score: BacktestScore; held: BacktestScore | null }[],
  best: number | null,
  incidents: readonly IncidentSpan[] | null,
  holdout: number | undefined,
): string[] {
  if (!incidents) return [];
  if (variants[0]?.score.incidents === 0) {
    return [
      `no incident lies in the time ${holdout === undefined ? 'replayed' : 'before the holdout'}: there is nothing to choose by`,
    ];
  }
  if (best === null) return ['no variant found an incident'];
  if (holdout === undefined) {
    return [
      `tuned and scored on the same span: the best of ${variants.length} variants looks better here than it will be. ` +
        'Hold some of the time out, such as --holdout 30%',
    ];
  }
  const { held } = variants[best]!;
  return held?.incidents === 0 ? ['no incident lies in the time held out: it shows false alarms, and no recall'] : [];
}

function warningsOf(
  { arrivals, routing }: BacktestInput,
  rules: readonly RuleConfig[],
  replayed: readonly RuleBacktest[],
  total: BacktestScore,
  incidents: readonly IncidentSpan[] | null,
  span: Span,
): string[] {
  const warnings: string[] = [];
  if (arrivals.length === 0) warnings.push('nothing is stored that these rules could judge');
  for (const [i, { judged, withoutData }] of replayed.entries()) {
    const rule = rules[i]!;
    if (rule.threshold?.from === 'reference') {
      warnings.push(`${rule.name}: learns from the reference; that of the last window was taken for all`);
    }
    if (judged === 0 && arrivals.length > 0) {
      warnings.push(`${rule.name}: nothing was measured that it is about (${rule.metric})`);
    } else if (judged > 0 && withoutData > judged / 2) {
      warnings.push(`${rule.name}: ${withoutData} of ${judged} windows had too little data to judge`);
    }
  }
  if (incidents) {
    const outside = incidents.filter(({ start, end }) => start >= span.to || end <= span.from).length;
    if (outside > 0)
      warnings.push(
        `left out, since they lie outside of what was replayed: ${outside} of ${incidents.length} incidents`,
      );
    if (total.incidents > 0 && total.incidents < 5) {
      warnings.push(`few incidents (${total.incidents}): heed the interval of the recall`);
    }
    if ((total.quietAlarmShare ?? 0) > 0.5) {
      warnings.push('something fires most of the time without an incident: a rule that always fires misses nothing');
    }
    if (total.alreadyFiring > 0) {
      warnings.push(`no delay can be told of incidents that began while an alarm was on: ${total.alreadyFiring}`);
    }
  }
  if (total.weeks < 4) warnings.push(`${total.weeks.toFixed(1)} weeks are short for rates a week`);
  if (!hasChannel(resolveRoutes(routing.routes))) {
    warnings.push('no route has a channel: pages are those that one would get');
  }
  return warnings;
}

const hasChannel = ({ channels, children }: Route): boolean => channels.length > 0 || children.some(hasChannel);

function toResource(
  episode: Episode,
  incidents: readonly IncidentSpan[] | null,
  limits: { tolerance: number; grace: number },
): Backtest['episodes'][number] {
  const { rule, column, slice, severity, retracted, value, threshold, why } = episode;
  const incident = incidents?.findIndex((candidate) => isAbout(episode, candidate, limits)) ?? -1;
  return {
    ...{ rule, column, slice, severity, retracted, value, threshold, why },
    ...{ aboutFrom: iso(episode.aboutFrom), aboutTo: iso(episode.aboutTo) },
    ...{ firedAt: iso(episode.firedAt), resolvedAt: isoOrNull(episode.resolvedAt) },
    incident: incident < 0 ? null : incident,
  };
}

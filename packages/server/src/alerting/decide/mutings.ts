import type { InhibitionConfig, Muting } from '@leeway/contract';
import { CAUSE_MUTES_MS, causes, type OpenAlert, type OutputColumns, stageOf } from './causal-order.ts';
import { findSilence, type SilenceSpan } from './match-silence.ts';
import { type Labels, matches } from './matchers.ts';

/** All that alerts may be muted by at one time. */
export interface MutingFacts {
  now: number;
  /** Silences, maintenance and graces. */
  spans: readonly SilenceSpan[];
  /** Alerts that fire or recover: those that may inhibit others. */
  open: readonly OpenAlert[];
  /** Alerts that are over. What they caused stays muted until it is judged on a window without them. */
  ended?: readonly OpenAlert[];
  inhibitions: readonly InhibitionConfig[];
  /** Of each model that keeps the causal order. */
  causal: ReadonlyMap<string, OutputColumns>;
  /** What keeps an alert back until the hours of its routes; null if any of them tells now. */
  hours: (labels: Labels) => Muting | null;
}

export interface Mutings {
  /** Why an open alert is not told of now; of several reasons the first of silence, maintenance, inhibition, grace, hours. */
  of(alert: OpenAlert): Muting | null;
}

/** Decides for any alert what mutes it, from what is known at one time. */
export function createMutings(facts: MutingFacts): Mutings {
  const { now, spans, hours } = facts;
  const graces = spans.filter(({ kind }) => kind === 'grace');
  const words = spans.filter(({ kind }) => kind !== 'grace');
  const bySpan = (alert: OpenAlert, some: readonly SilenceSpan[]): Muting | null => {
    const span = findSilence(some, alert, now);
    return span && { by: span.kind, ref: span.id, text: SPAN_TEXT[span.kind](span.id), until: toIso(span.endsAt) };
  };
  const sources = new Map<string, Source[]>();
  const add = (source: Source) => {
    const same = sources.get(source.alert.model);
    if (same) same.push(source);
    else sources.set(source.alert.model, [source]);
  };
  for (const alert of facts.open) {
    // Nobody hears of what a grace or the hours keep back, so it stands for nothing else. A silence is somebody's word.
    if (bySpan(alert, graces) || hours(alert.labels)) continue;
    const columns = facts.causal.get(alert.model);
    add({ alert, stage: (columns && stageOf(alert, columns)) ?? Number.POSITIVE_INFINITY, over: false });
  }
  for (const alert of facts.ended ?? []) {
    const columns = facts.causal.get(alert.model);
    const stage = columns && stageOf(alert, columns);
    if (stage !== undefined && stage !== null) add({ alert, stage, over: true });
  }
  // The first cause first, so that it is the one that is named.
  for (const same of sources.values()) {
    same.sort(
      (a, b) =>
        a.stage - b.stage ||
        Number(a.over) - Number(b.over) ||
        a.alert.since - b.alert.since ||
        (a.alert.id < b.alert.id ? -1 : 1),
    );
  }
  const all = facts.inhibitions.length > 0 ? [...sources.values()].flat().filter(({ over }) => !over) : [];
  return {
    of: (alert) =>
      bySpan(alert, words) ??
      inhibited(alert, sources.get(alert.model) ?? [], all, facts) ??
      bySpan(alert, graces) ??
      hours(alert.labels),
  };
}

/** An alert that may mute others, and where it stands in the causal order. */
interface Source {
  alert: OpenAlert;
  stage: number;
  over: boolean;
}

const SPAN_TEXT = {
  silence: (id: string) => `silenced by ${id}`,
  maintenance: (id: string) => `maintenance ${id}`,
  grace: (id: string) => `drift is expected: ${id}`,
} as const;

function inhibited(
  target: OpenAlert,
  ofModel: readonly Source[],
  all: readonly Source[],
  { inhibitions, causal, now }: MutingFacts,
): Muting | null {
  for (const { alert: source } of all) {
    if (inhibits(inhibitions, source, target) && !inhibits(inhibitions, target, source)) {
      return { by: 'inhibition', ref: source.id, text: `inhibited by ${source.rule} of ${source.model}`, until: null };
    }
  }
  const columns = causal.get(target.model);
  const stage = columns && stageOf(target, columns);
  if (!columns || stage === null || stage === undefined) return null;
  for (const { alert: source, stage: from, over } of ofModel) {
    if (from >= stage) break;
    if (over && target.windowStart >= source.windowEnd) continue;
    const until = source.since + CAUSE_MUTES_MS;
    const order = until > now ? causes(source, target, columns) : null;
    if (order) {
      const still = over ? ', until it is judged on a window after that' : '';
      const text = `${source.rule} explains it: ${order}${still}`;
      return { by: 'inhibition', ref: source.id, text, until: toIso(until) };
    }
  }
  return null;
}

/** Whether a rule of the configuration lets one alert mute another. Two that could mute each other mute nothing. */
function inhibits(inhibitions: readonly InhibitionConfig[], source: OpenAlert, target: OpenAlert): boolean {
  if (source.id === target.id) return false;
  return inhibitions.some(
    (rule) =>
      matches(rule.source, source.labels) &&
      matches(rule.target, target.labels) &&
      rule.equal.every((label) => (source.labels[label] ?? '') === (target.labels[label] ?? '')),
  );
}

const toIso = (at: number): string => new Date(at).toISOString();

import type { RuleConfig } from '@leeway/contract';
import type { Evaluated } from '../decide/evaluate-window.ts';
import { severityOf } from '../decide/window-cost.ts';
import type { BacktestTransition, Episode, RuleBacktest } from './backtest-rule.ts';

/** Turns the states of a rule's instances after each window into episodes and transitions. */
export class EpisodeLog {
  readonly #model: string;
  readonly #rule: RuleConfig;
  readonly #from: number;
  readonly #labels: (subject: Evaluated['subject'], kind: Evaluated['kind']) => Record<string, string>;
  readonly #open = new Map<string, Episode>();
  readonly #episodes: Episode[] = [];
  readonly #transitions: BacktestTransition[] = [];
  #judged = 0;
  #withoutData = 0;

  /** What happens before `from` is taken in, and not reported. */
  constructor(
    model: string,
    rule: RuleConfig,
    from: number,
    labels: (subject: Evaluated['subject'], kind: Evaluated['kind']) => Record<string, string>,
  ) {
    this.#model = model;
    this.#rule = rule;
    this.#from = from;
    this.#labels = labels;
  }

  /** Counts instances whose window was well and changed nothing. */
  pass(instances: number, at: number): void {
    if (at >= this.#from) this.#judged += instances;
  }

  /** Takes in what became of an instance at `at`, over a window of `length` milliseconds. */
  add({ instance, kind, subject, judgement, before, after, windowEnd }: Evaluated, at: number, length: number): void {
    const was = before?.current.status ?? 'inactive';
    const is = after.current.status;
    if (at >= this.#from) this.#report({ kind, subject, judgement, windowEnd }, was, is, at, length);
    const { value, threshold, why, verdict } = judgement;
    const fires = is === 'firing' || is === 'recovering';
    const open = this.#open.get(instance);
    const aboutFrom = (after.current.since ?? windowEnd) - length;
    if (fires && open) {
      if (verdict === 'breach') open.aboutTo = Math.max(open.aboutTo, windowEnd);
      open.aboutFrom = Math.min(open.aboutFrom, aboutFrom);
    } else if (fires) {
      this.#open.set(instance, {
        ...{
          model: this.#model,
          rule: this.#rule.name,
          ...subject,
          severity: severityOf(this.#rule.severity, null, null),
        },
        ...{ labels: this.#labels(subject, kind), aboutFrom, aboutTo: windowEnd, firedAt: at, resolvedAt: null },
        ...{ retracted: false, value, threshold, why },
      });
    } else if (open) {
      this.#open.delete(instance);
      // It was not the next window that ended it, but what became known of one that was judged before.
      this.#close({ ...open, resolvedAt: at, retracted: before !== null && windowEnd <= before.windowEnd });
    }
  }

  #report(
    { kind, subject, judgement, windowEnd }: Pick<Evaluated, 'kind' | 'subject' | 'judgement' | 'windowEnd'>,
    from: string,
    to: string,
    at: number,
    length: number,
  ): void {
    const { value, threshold, why, verdict } = judgement;
    if (kind === 'breach') {
      this.#judged += 1;
      if (verdict === 'no_data' || verdict === 'error') this.#withoutData += 1;
    }
    if (from === to) return;
    this.#transitions.push({
      ...{ at, rule: this.#rule.name, ...subject, windowStart: windowEnd - length, windowEnd },
      ...{ from, to, value, threshold, why },
    });
  }

  #close(episode: Episode): void {
    if (episode.resolvedAt === null || episode.resolvedAt >= this.#from) this.#episodes.push(episode);
  }

  finish(from: number, to: number): RuleBacktest {
    for (const open of this.#open.values()) this.#close(open);
    const episodes = this.#episodes.sort((a, b) => a.firedAt - b.firedAt);
    return {
      ...{ model: this.#model, rule: this.#rule.name, from, to },
      ...{ judged: this.#judged, withoutData: this.#withoutData },
      ...{ episodes, transitions: this.#transitions, alarmMs: alarmTime(episodes, from, to) },
    };
  }
}

/** Milliseconds of [from, to) in which at least one episode fired. */
export function alarmTime(
  episodes: readonly Pick<Episode, 'firedAt' | 'resolvedAt'>[],
  from: number,
  to: number,
): number {
  let covered = 0;
  let until = from;
  for (const { firedAt, resolvedAt } of episodes.toSorted((a, b) => a.firedAt - b.firedAt)) {
    const start = Math.max(firedAt, until);
    const end = Math.min(resolvedAt ?? to, to);
    if (end > start) covered += end - start;
    until = Math.max(until, end);
  }
  return covered;
}

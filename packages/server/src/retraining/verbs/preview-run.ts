import {
  approvalOf,
  causeOfTrigger,
  type Guard,
  type GuardCode,
  type RetrainConfig,
  type RetrainingStatus,
  schedulesOfTriggers,
} from '@leeway/contract';
import { modelOf } from '../../context.ts';
import { iso, isoOrNull } from '../../platform/clock.ts';
import type { RetrainingContext } from '../context.ts';
import { nextTime } from '../decide/cron-time.ts';
import { BY_HAND, decideTrigger, type Occasion } from '../decide/decide-trigger.ts';
import { type JudgedGuard, judgeGuards, untilText } from '../decide/guards.ts';
import { judgeTrigger } from '../decide/trigger-tree.ts';
import { observe } from '../look.ts';
import { readFacts } from '../observe.ts';
import { policyVersion } from '../policy-state.ts';
import { listRuns } from './list-runs.ts';
import { occasionOf } from './start-run.ts';

/** Runs that are told. */
const MOST_RUNS = 10;

type Ofs = RetrainingStatus['triggers'][number];

/** What would happen now, and why not; nothing is changed. @throws LeewayError `invalid_request` of a model without `retrain`. */
export async function previewRun(ctx: RetrainingContext, name: string): Promise<RetrainingStatus> {
  const model = modelOf(ctx, name);
  const retrain = model.retrain;
  const now = ctx.clock.now();
  const runs = (await listRuns(ctx.store.db, { model: name, limit: MOST_RUNS })).map(
    ({ id, state, trigger, createdAt, endedAt, decision }) => ({ id, state, trigger, createdAt, endedAt, decision }),
  );
  if (!retrain) return withoutPolicy(name, now, runs);
  const facts = await readFacts(ctx, model, retrain);
  const seen = await observe(ctx, ctx.store.db, name, facts);
  const { newLabels } = facts;
  const base = await occasionOf(ctx, ctx.store.db, { model: name, trigger: BY_HAND, newLabels, again: true });
  const suggests = approvalOf(retrain.approval).mode === 'suggest';
  const triggers = retrain.triggers.map((trigger, i): Ofs => {
    const cause = causeOfTrigger(trigger, i);
    const { truth, nodes } = judgeTrigger(trigger, seen);
    const guards = judgeGuards(retrain, { ...base, cause });
    const goes = truth === 'true' && guards.every(({ holds }) => !holds);
    return {
      cause,
      truth,
      nodes,
      guards: guards.map(toGuard),
      would: goes ? (suggests ? 'suggest' : 'start') : 'nothing',
    };
  });
  const hand = handOf(base);
  return {
    model: name,
    at: iso(now),
    mode: approvalOf(retrain.approval).mode,
    policy: policyVersion(retrain),
    would: triggers.find(({ would }) => would !== 'nothing')?.would ?? 'nothing',
    sentence: sentenceOf(triggers),
    triggers,
    hand,
    nextTime: isoOrNull(nextOf(retrain, now)),
    runs,
  };
}

function withoutPolicy(model: string, now: number, runs: RetrainingStatus['runs']): RetrainingStatus {
  const sentence = 'No run begins: the model has no "retrain" section.';
  const nothing = { would: 'nothing' as const, sentence };
  return {
    ...{ model, at: iso(now), mode: 'approve', policy: '', ...nothing, triggers: [], nextTime: null, runs },
    hand: { ...nothing, passesOver: [] },
  };
}

const toGuard = ({ code, holds, reason, until, hand }: JudgedGuard): Guard => ({
  ...{ code, verdict: holds ? 'holds' : 'pass', reason, until: isoOrNull(until), hand },
});

function handOf(occasion: Occasion): RetrainingStatus['hand'] {
  const decided = decideTrigger(occasion);
  if (decided.decision === 'refuse') {
    const sentence = `A person could begin none: ${decided.reason}.`;
    return { would: 'nothing', sentence, passesOver: [] };
  }
  const passesOver: GuardCode[] = decided.passedOver.map(({ code }) => code);
  const over = passesOver.length === 0 ? '' : `, passing over ${passesOver.join(', ')}`;
  return { would: 'start', sentence: `A person may begin one${over}.`, passesOver };
}

/** What would happen, in a sentence. Pure. */
function sentenceOf(triggers: readonly Ofs[]): string {
  if (triggers.length === 0) return 'No run begins by itself: the model has no triggers.';
  const goes = triggers.find(({ would }) => would !== 'nothing');
  if (goes)
    return goes.would === 'start'
      ? `A run would begin, from ${goes.cause}.`
      : `A run would be suggested, from ${goes.cause}.`;
  const isTrue = triggers.filter(({ truth }) => truth === 'true');
  if (isTrue.length === 0) {
    const unknown = triggers.filter(({ truth }) => truth === 'unknown').map(({ cause }) => cause);
    const also = unknown.length === 0 ? '' : `; of ${unknown.join(', ')} it is not known`;
    return `No run begins: no trigger is true${also}.`;
  }
  const why = isTrue.map(({ cause, guards }) => {
    const holding = guards.filter(({ verdict }) => verdict === 'holds');
    return `${cause} is true, but ${holding.map(({ reason, until }) => `${reason}${untilText(until === null ? null : Date.parse(until))}`).join(', and ')}`;
  });
  return `No run begins: ${why.join('; ')}.`;
}

function nextOf({ triggers }: RetrainConfig, now: number): number | null {
  const times = schedulesOfTriggers(triggers).flatMap((schedule) => nextTime(schedule, now) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

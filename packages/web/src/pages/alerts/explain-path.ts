import type { AlertExplanation, ExplainStage } from '@leeway/contract';

type Channel = AlertExplanation['channels'][number];

const URGENCY: Record<Channel['outcome'], number> = { failed: 0, waiting: 1, sent: 2, not_sent: 3 };

/** Channels in the order in which one wants to know of them: what went wrong first, what was never meant last. */
export const byUrgency = (channels: readonly Channel[]): Channel[] =>
  channels.toSorted((a, b) => URGENCY[a.outcome] - URGENCY[b.outcome]);

/** The whole way to a channel: rule and state, then its own stages. Where no route names it, all routes with why not. */
export function pathTo({ stages }: AlertExplanation, channel: Channel): ExplainStage[] {
  const routed = channel.stages.some(({ stage }) => stage === 'route');
  const before = stages.filter(({ stage }) => stage !== 'escalation' && (stage !== 'route' || !routed));
  const escalations = stages.filter(({ stage }) => stage === 'escalation');
  return [...before, ...inTime(channel.stages), ...escalations];
}

/** Decisions and messages as they came one after the other; the rest stays where it is. */
function inTime(stages: readonly ExplainStage[]): ExplainStage[] {
  const happened = ({ stage, at }: ExplainStage) => at !== null && (stage === 'decision' || stage === 'delivery');
  const story = stages.filter(happened).toSorted((a, b) => a.at!.localeCompare(b.at!));
  return stages.map((stage) => (happened(stage) ? story.shift()! : stage));
}

/** "3 of 5 channels were told" */
export function headline(channels: readonly Channel[]): string {
  const count = (outcome: Channel['outcome']) => channels.filter((channel) => channel.outcome === outcome).length;
  const told = `${count('sent')} of ${channels.length} ${channels.length === 1 ? 'channel was' : 'channels were'} told`;
  const failed = count('failed');
  const waiting = count('waiting');
  return [
    told,
    ...(failed > 0 ? [`${failed} did not take it`] : []),
    ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? 'waits' : 'wait'}`] : []),
  ].join(', ');
}

import type {
  ActionState,
  AlertExplanation,
  AlertState,
  ChannelHealth,
  ExecutionState,
  ModelSummary,
  RunState,
  Silence,
} from '@leeway/contract';

/** How a state looks: always a word and a shape beside the colour. */
export type Tone = 'critical' | 'warning' | 'info' | 'good' | 'quiet';
export interface Look {
  label: string;
  tone: Tone;
  shape: 'octagon' | 'triangle' | 'info' | 'check' | 'cross' | 'clock' | 'dashed' | 'pause';
}

export const HEALTH: Record<ModelSummary['health'], Look> = {
  ok: { label: 'Healthy', tone: 'good', shape: 'check' },
  warning: { label: 'Warning', tone: 'warning', shape: 'triangle' },
  critical: { label: 'Critical', tone: 'critical', shape: 'octagon' },
  no_data: { label: 'No data', tone: 'quiet', shape: 'dashed' },
};

export const SEVERITY: Record<'critical' | 'warning' | 'info', Look> = {
  critical: { label: 'Critical', tone: 'critical', shape: 'octagon' },
  warning: { label: 'Warning', tone: 'warning', shape: 'triangle' },
  info: { label: 'Info', tone: 'info', shape: 'info' },
};

export const ALERT_STATE: Record<AlertState, Look> = {
  pending: { label: 'Pending', tone: 'quiet', shape: 'clock' },
  firing: { label: 'Firing', tone: 'critical', shape: 'octagon' },
  recovering: { label: 'Recovering', tone: 'warning', shape: 'clock' },
  resolved: { label: 'Resolved', tone: 'good', shape: 'check' },
};

export const RUN_STATE: Record<RunState, Look> = {
  suggested: { label: 'Suggested', tone: 'info', shape: 'clock' },
  queued: { label: 'Queued', tone: 'quiet', shape: 'clock' },
  preparing: { label: 'Preparing', tone: 'info', shape: 'clock' },
  training: { label: 'Training', tone: 'info', shape: 'clock' },
  evaluating: { label: 'Evaluating', tone: 'info', shape: 'clock' },
  awaiting_approval: { label: 'Awaiting approval', tone: 'warning', shape: 'pause' },
  promoted: { label: 'Promoted', tone: 'good', shape: 'check' },
  rejected: { label: 'Rejected', tone: 'quiet', shape: 'cross' },
  vetoed: { label: 'Vetoed', tone: 'warning', shape: 'triangle' },
  failed: { label: 'Failed', tone: 'critical', shape: 'octagon' },
  cancelled: { label: 'Cancelled', tone: 'quiet', shape: 'cross' },
};

export const EXECUTION_STATE: Record<ExecutionState, Look> = {
  queued: { label: 'Queued', tone: 'quiet', shape: 'clock' },
  running: { label: 'Running', tone: 'info', shape: 'clock' },
  paused: { label: 'Paused', tone: 'warning', shape: 'pause' },
  cancelling: { label: 'Being cancelled', tone: 'warning', shape: 'clock' },
  succeeded: { label: 'Succeeded', tone: 'good', shape: 'check' },
  failed: { label: 'Failed', tone: 'critical', shape: 'octagon' },
  cancelled: { label: 'Cancelled', tone: 'quiet', shape: 'cross' },
  timed_out: { label: 'Timed out', tone: 'critical', shape: 'octagon' },
  skipped: { label: 'Skipped', tone: 'quiet', shape: 'dashed' },
  unknown: { label: 'Unknown', tone: 'warning', shape: 'dashed' },
};

/** What a trigger would do now. */
export const WOULD: Record<'start' | 'suggest' | 'nothing', Look> = {
  start: { label: 'Would start a run', tone: 'info', shape: 'check' },
  suggest: { label: 'Would suggest a run', tone: 'info', shape: 'info' },
  nothing: { label: 'Would do nothing', tone: 'quiet', shape: 'dashed' },
};

export const VERDICT: Record<'pass' | 'fail' | 'inconclusive', Look> = {
  pass: { label: 'Pass', tone: 'good', shape: 'check' },
  fail: { label: 'Fail', tone: 'critical', shape: 'cross' },
  inconclusive: { label: 'Inconclusive', tone: 'warning', shape: 'dashed' },
};

export const DELIVERY: Record<'queued' | 'awaiting_approval' | 'sent' | 'failed' | 'superseded' | 'cancelled', Look> = {
  queued: { label: 'Queued', tone: 'quiet', shape: 'clock' },
  awaiting_approval: { label: 'Awaits approval', tone: 'warning', shape: 'clock' },
  sent: { label: 'Sent', tone: 'good', shape: 'check' },
  failed: { label: 'Failed', tone: 'critical', shape: 'octagon' },
  superseded: { label: 'Superseded', tone: 'quiet', shape: 'dashed' },
  cancelled: { label: 'Cancelled', tone: 'quiet', shape: 'cross' },
};

export const SILENCE: Record<Silence['kind'], Look> = {
  silence: { label: 'Silence', tone: 'quiet', shape: 'pause' },
  maintenance: { label: 'Maintenance', tone: 'info', shape: 'clock' },
  grace: { label: 'Grace', tone: 'info', shape: 'dashed' },
};

export const CHANNEL: Record<ChannelHealth['state'], Look> = {
  ok: { label: 'Works', tone: 'good', shape: 'check' },
  failing: { label: 'Failing', tone: 'critical', shape: 'octagon' },
  paused: { label: 'Paused', tone: 'warning', shape: 'pause' },
  disabled: { label: 'Disabled', tone: 'critical', shape: 'cross' },
  unused: { label: 'Not used yet', tone: 'quiet', shape: 'dashed' },
};

export const ACTION_STATE: Record<ActionState, Look> = {
  waiting: { label: 'Waiting', tone: 'quiet', shape: 'clock' },
  awaiting_approval: { label: 'Awaits approval', tone: 'warning', shape: 'pause' },
  running: { label: 'Running', tone: 'info', shape: 'clock' },
  done: { label: 'Done', tone: 'good', shape: 'check' },
  failed: { label: 'Failed', tone: 'critical', shape: 'octagon' },
  refused: { label: 'Held back', tone: 'quiet', shape: 'dashed' },
  rejected: { label: 'Rejected', tone: 'quiet', shape: 'cross' },
  uncertain: { label: 'Uncertain', tone: 'warning', shape: 'triangle' },
};

/** What became of an alert on its way to a channel. */
export const TOLD: Record<AlertExplanation['channels'][number]['outcome'], Look> = {
  failed: { label: 'Not taken', tone: 'critical', shape: 'octagon' },
  waiting: { label: 'Waiting', tone: 'warning', shape: 'clock' },
  sent: { label: 'Sent', tone: 'good', shape: 'check' },
  not_sent: { label: 'Not sent', tone: 'quiet', shape: 'dashed' },
};

const STEPS: RunState[] = ['queued', 'preparing', 'training', 'evaluating', 'awaiting_approval'];
export const isUnderWay = (state: RunState): boolean => STEPS.includes(state);

export interface RunStep {
  label: string;
  status: 'done' | 'now' | 'ahead' | 'failed';
}

/**
 * The way of a run, with where it is. A run that ended early is known to have got as far as it left traces: a dataset was
 * prepared, a challenger was trained, gates were judged.
 */
export function runSteps(run: {
  state: RunState;
  dataset: unknown;
  challenger: string | null;
  gates: readonly unknown[];
  begunAt?: string | null;
}): RunStep[] {
  const names = ['Queued', 'Data prepared', 'Trained', 'Evaluated', 'Decided'];
  if (run.state === 'suggested')
    return names.map((label, i) => (i === 0 ? { label: 'Suggested', status: 'now' } : { label, status: 'ahead' }));
  const underWay = STEPS.indexOf(run.state);
  if (underWay >= 0) {
    const now = ['Queued', 'Preparing data', 'Training', 'Evaluating', 'Awaiting approval'][underWay]!;
    return names.map((label, i) => ({
      label: i === underWay ? now : label,
      status: i < underWay ? 'done' : i === underWay ? 'now' : 'ahead',
    }));
  }
  const { label } = RUN_STATE[run.state];
  const begun = run.begunAt !== null;
  const reached =
    Number(begun) + [run.dataset !== null, run.challenger !== null, run.gates.length > 0].filter(Boolean).length;
  if (run.state === 'promoted' || run.state === 'rejected') {
    return names.map((name, i) => ({ label: i === 4 ? label : name, status: 'done' }));
  }
  return names.map((name, i) => {
    if (i < reached) return { label: name, status: 'done' };
    return i === reached ? { label, status: 'failed' } : { label: name, status: 'ahead' };
  });
}

import { type Alert, durationMs, type RetrainConfig, type RunState } from '@leeway/contract';
import { UNDER_WAY } from './next-run-state.ts';

export interface PastRun {
  id: string;
  state: RunState;
  createdAt: number;
  updatedAt: number;
  endedAt: number | null;
  /** Whether a newer run took its place before anybody decided. */
  superseded: boolean;
}

export type OpenAlert = Pick<Alert, 'id' | 'rule' | 'state' | 'severity' | 'metric' | 'column' | 'slice' | 'cause'>;

export interface Occasion {
  retrain: RetrainConfig | undefined;
  /** The model's runs, newest first. */
  runs: readonly PastRun[];
  /** Alerts of the model about data quality that fire or have not been well for long enough. */
  qualityAlerts: readonly OpenAlert[];
  now: number;
  /** Whether nobody asked for it: an alert or a schedule did. */
  automatic: boolean;
}

export interface Refusal {
  code: 'no_retrain' | 'run_in_progress' | 'cooldown' | 'backoff' | 'quality_veto';
  /** One sentence for people. */
  reason: string;
  /** When the same occasion would not be refused for this reason any more, if that is known. */
  until: number | null;
}

/**
 * Whether a run begins. Cooldown and backoff hold back what begins by itself, not a person; one run at a time and the
 * veto of a broken feed hold for both.
 */
export function decideTrigger({ retrain, runs, qualityAlerts, now, automatic }: Occasion): 'start' | Refusal {
  if (!retrain) return refuse('no_retrain', 'the model has no "retrain" section');
  const underWay = runs.find((run) => UNDER_WAY.includes(run.state));
  if (underWay) return refuse('run_in_progress', `run ${underWay.id} is ${underWay.state}`);
  if (automatic) {
    // A vetoed run did nothing, so that the time after the feed is repaired is free.
    const last = runs.find((run) => run.state !== 'vetoed');
    const coolUntil = last && (last.endedAt ?? last.updatedAt) + durationMs(retrain.cooldown);
    if (last && now < coolUntil!) {
      return refuse('cooldown', `run ${last.id} was less than ${retrain.cooldown} ago (cooldown)`, coolUntil);
    }
    const decided = runs.find((run) => run.state === 'promoted' || (run.state === 'rejected' && !run.superseded));
    if (decided?.state === 'rejected') {
      const until = decided.endedAt! + durationMs(retrain.backoff);
      if (now < until) {
        const reason = `the challenger of run ${decided.id} was refused less than ${retrain.backoff} ago (backoff)`;
        return refuse('backoff', reason, until);
      }
    }
  }
  return decideVeto(retrain, qualityAlerts) ?? 'start';
}

/**
 * The refusal of a run whose data would come from a broken feed, or null. Values that only the reference never had may as
 * well be the world's, which a new model is to learn: about them an alert vetoes only where its rule is critical.
 */
export function decideVeto(retrain: RetrainConfig, qualityAlerts: readonly OpenAlert[]): Refusal | null {
  const grave = qualityAlerts.filter(({ cause, severity }) => !cause?.inferred || severity === 'critical');
  if (!retrain.veto.quality || grave.length === 0) return null;
  return refuse('quality_veto', grave.map(describeAlert).join('; '));
}

function describeAlert({ id, rule, state, metric, column, slice, cause }: OpenAlert): string {
  const columns = cause?.columns.map((found) => found.column) ?? [];
  const slices = cause?.slices.map((found) => found.slice) ?? [];
  const named = (word: string, values: string[]) => {
    const distinct = [...new Set(values)].filter((value) => value !== '');
    return distinct.length === 0 ? '' : `, ${word} ${distinct.join(', ')}`;
  };
  return `alert ${id} of rule ${rule} is ${state}: ${metric}${named('column', [column, ...columns])}${named('slice', [slice, ...slices])}`;
}

function refuse(code: Refusal['code'], reason: string, until: number | null = null): Refusal {
  return { code, reason, until };
}

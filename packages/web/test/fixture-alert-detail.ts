import {
  Action,
  AlertComment,
  type AlertDetail,
  AlertExplanation,
  AlertVerdict,
  OnCallSchedule,
} from '@leeway/contract';
import { alerts, deliveries, history } from './fixture-alerts.ts';
import { at } from './fixture-flights.ts';

/** What belongs to an alert: what people said of it, what it did by itself, whom it was told to; and who is on call. */

const DAY_MS = 86_400_000;

export const comments: AlertComment[] = [
  { at: at(82, 8), actor: 'jonas', text: 'Labels look right. Scores are too high in every slice.' },
  {
    at: at(83, 10),
    actor: 'mira',
    text: 'Retraining with the last eight weeks; see run-2.\nUntil then read the score as 0.07 too high.',
  },
].map((one) => AlertComment.parse(one));

const verdicts: AlertVerdict[] = [
  AlertVerdict.parse({ at: at(104, 9), actor: 'mira', verdict: 'useful', comment: 'led to v2' }),
];

export function detailOf(id: string): AlertDetail | undefined {
  const alert = alerts.find((one) => one.id === id);
  if (!alert) return undefined;
  return {
    alert,
    history,
    comments: id === 'alert-5' ? comments : [],
    verdicts: alert.verdict ? verdicts : [],
    deliveries: id === 'alert-9' ? [] : deliveries.slice(1),
  };
}

const stage = (
  name: AlertExplanation['stages'][number]['stage'],
  outcome: AlertExplanation['stages'][number]['outcome'],
  text: string,
  when: string | null = null,
) => ({ stage: name, outcome, at: when, text });

export function explanationOf(id: string): AlertExplanation {
  const open = alerts.find((one) => one.id === id)?.state !== 'resolved';
  return AlertExplanation.parse({
    alert: id,
    stages: [
      stage(
        'rule',
        'pass',
        'rule calibration on calibration_error, window 2026-06-09: 0.0821 is above 0.05, window 3 of 3',
      ),
      stage('state', 'pass', 'fires since 23 May 2026, 02:00 UTC', at(82, 2)),
      stage('state', 'note', 'acknowledged by jonas: it is not repeated', at(82, 8)),
      stage('route', 'note', 'route 1 (team=payments): team is on-call, not payments'),
      stage('route', 'pass', 'route 2 (severity=critical): matches; channels: pager, slack-ml'),
      ...(open
        ? [
            stage(
              'escalation',
              'wait',
              'escalation out-of-hours: step 2 of 3 comes next',
              new Date(Date.now() + 600_000).toISOString(),
            ),
          ]
        : [stage('escalation', 'note', 'escalation out-of-hours: is at its end')]),
    ],
    channels: [
      {
        channel: 'mail-oncall',
        outcome: 'not_sent',
        verdict: 'not sent because no route names the channel mail-oncall',
        at: null,
        stages: [],
      },
      {
        channel: 'slack-ml',
        outcome: 'sent',
        verdict: 'sent at 23 May 2026, 02:00 UTC (first), 14 June 2026, 02:00 UTC (all resolved)',
        at: at(104, 2),
        stages: [
          stage('route', 'pass', 'route 2 (severity=critical): matches'),
          stage('decision', 'pass', 'first: calibration began to fire', at(82, 2)),
          stage('delivery', 'pass', 'message d5 (first): sent, 1 try', at(82, 2)),
          stage('decision', 'wait', 'nothing changed, and the repeat interval of 4h is not over', at(82, 3)),
          stage('delivery', 'pass', 'message d8 (all resolved): sent, 1 try', at(104, 2)),
        ],
      },
      {
        channel: 'pager',
        outcome: 'failed',
        verdict: 'not sent because the channel did not take it: the integration key was refused (403)',
        at: null,
        stages: [
          stage('route', 'pass', 'route 2 (severity=critical): matches'),
          stage('decision', 'pass', 'first: calibration began to fire', at(82, 2)),
          stage(
            'delivery',
            'stop',
            'message d6 (first): could not be sent, 8 tries: the integration key was refused (403)',
            at(82, 2),
          ),
          stage('channel', 'stop', 'the channel is disabled: the integration key was refused'),
        ],
      },
      {
        channel: 'digest-weekly',
        outcome: 'waiting',
        verdict: 'waits for others to be told with it, until 15 June 2026, 09:00 UTC',
        at: at(105, 9),
        stages: [
          stage('route', 'pass', 'route 3: everything'),
          stage('group', 'wait', 'group model=flights-late is looked at again', at(105, 9)),
        ],
      },
    ],
  });
}

const action = (given: Partial<Action>): Action =>
  Action.parse({
    ...{ alert: 'alert-8', model: 'delivery-minutes', rule: 'late-and-drifting', dryRun: false, plan: null, why: '' },
    ...{ approvedBy: null, createdAt: at(119, 2), startedAt: null, endedAt: null, ...given },
  });

export const actions: Action[] = [
  action({
    ...{ id: 'action-1', type: 'rollback', state: 'awaiting_approval' },
    plan: 'roll back delivery-minutes from v14 to v13',
    why: 'it wants the approval of a person',
  }),
  action({
    ...{ id: 'action-2', type: 'scale', state: 'done', dryRun: true },
    plan: 'scale deployment scoring/delivery-minutes from 2 to 4 replicas',
    why: 'dry run: it would scale deployment scoring/delivery-minutes from 2 to 4 replicas',
    ...{ startedAt: at(119, 2), endedAt: at(119, 2) },
  }),
  action({
    ...{ id: 'action-3', type: 'retrain', state: 'refused' },
    plan: 'retrain delivery-minutes',
    why: 'the last of its kind was 3 h ago, within the cooldown',
    endedAt: at(119, 2),
  }),
  action({
    ...{ id: 'action-4', alert: 'alert-5', model: 'flights-late', rule: 'calibration', type: 'retrain', state: 'done' },
    plan: 'retrain flights-late',
    why: 'run run-2 has begun',
    ...{ approvedBy: 'mira', createdAt: at(82, 2), startedAt: at(83, 10), endedAt: at(83, 10) },
  }),
];

/** Schedules as they are now: turns of a week with an exception, of days in another zone, and of one person. */
export function schedulesAt(now: number): OnCallSchedule[] {
  const midnight = Math.floor(now / DAY_MS) * DAY_MS;
  const shift = (person: string, from: number, to: number, by: 'rotation' | 'override' = 'rotation') => ({
    ...{ person, by },
    from: new Date(midnight + from * DAY_MS).toISOString(),
    to: new Date(midnight + to * DAY_MS).toISOString(),
  });
  const days = ['ann', 'ben', 'chloe-with-a-long-name'];
  return [
    {
      ...{ schedule: 'ml-primary', zone: 'Europe/Berlin', channels: ['pager', 'slack-ml'] },
      now: shift('mira', -2.625, 4.375),
      coming: [
        shift('jonas', 4.375, 6),
        shift('mira', 6, 8, 'override'),
        shift('jonas', 8, 11.375),
        shift('ann', 11.375, 18.375),
      ],
    },
    {
      ...{ schedule: 'ml-secondary', zone: 'America/New_York', channels: [] },
      now: shift('chloe-with-a-long-name', -0.458, 0.99),
      coming: Array.from({ length: 14 }, (_, i) => shift(days[i % 3]!, i + 0.99, i + 1.99)),
    },
    {
      ...{ schedule: 'data-platform', zone: 'UTC', channels: ['mail-oncall'] },
      now: shift('ben', -300, 60),
      coming: [],
    },
  ].map((one) => OnCallSchedule.parse(one));
}

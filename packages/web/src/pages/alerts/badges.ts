import type { Alert, Muting } from '@leeway/contract';
import { formatNumber } from '../../lib/format.ts';
import type { Tone } from '../../lib/states.ts';
import { formatUtc } from '../../lib/time.ts';

export interface AlertBadge {
  key: 'muted' | 'flapping' | 'certainty' | 'acknowledged' | 'assignee' | 'cost' | 'verdict';
  label: string;
  hint: string;
  tone: Tone;
}

const MUTED: Record<Muting['by'], string> = {
  silence: 'silenced',
  inhibition: 'inhibited',
  maintenance: 'maintenance',
  hours: 'outside hours',
  grace: 'grace',
};

const CERTAINTY = {
  provisional: 'Labels of its windows still come; the value may move.',
  revised: 'Labels that came late have moved the value since it fired.',
};

/** What is worth knowing of an alert beside its state, in a word each, with what it means. */
export function badgesOf(alert: Alert): AlertBadge[] {
  const { state, muted, flapping, certainty, acknowledgedBy, acknowledgedUntil, assignee, cost, verdict } = alert;
  const badges: (AlertBadge | false)[] = [
    muted !== null && {
      key: 'muted',
      label: MUTED[muted.by],
      hint: `Nobody is told of it: ${muted.text}${muted.until ? `, until ${formatUtc(muted.until)}` : ''}`,
      tone: 'quiet',
    },
    flapping && {
      key: 'flapping',
      label: 'flapping',
      hint: 'It comes and goes; its changes are held back until it has made up its mind.',
      tone: 'warning',
    },
    certainty !== 'confirmed' && {
      key: 'certainty',
      label: certainty,
      hint: CERTAINTY[certainty],
      tone: certainty === 'revised' ? 'warning' : 'quiet',
    },
    state !== 'resolved' &&
      acknowledgedBy !== null && {
        key: 'acknowledged',
        label: `in hand: ${acknowledgedBy}`,
        hint: `Acknowledged by ${acknowledgedBy}${acknowledgedUntil ? `, until ${formatUtc(acknowledgedUntil)}` : ''}; it is not repeated.`,
        tone: 'good',
      },
    assignee !== null && { key: 'assignee', label: `for ${assignee}`, hint: `Assigned to ${assignee}.`, tone: 'info' },
    cost !== null && {
      key: 'cost',
      label: `costs ${formatNumber(cost)}`,
      hint: 'What the mistakes of the newest window cost, by the prices of the model.',
      tone: 'warning',
    },
    verdict !== null && { key: 'verdict', label: verdict, hint: `People called it ${verdict}.`, tone: 'quiet' },
  ];
  return badges.filter((badge) => badge !== false);
}

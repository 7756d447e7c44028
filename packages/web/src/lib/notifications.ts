import type { Alert, Severity } from '@leeway/contract';

/** Which alerts the browser tells of, and in which words. */

const RANK: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };

/** Alerts that this browser has told of and that are not over, with the severity that it told. */
export type Told = Readonly<Record<string, Severity>>;

export interface Notice {
  /** Of two with the same tag the browser shows the later one only. */
  tag: string;
  title: string;
  body: string;
  /** Whether it stays until somebody has seen it. */
  stays: boolean;
}

export interface Decision {
  notice: Notice | null;
  told: Told;
}

/** Alerts that ended while no page was open are never taken out by their end. */
const MOST_TOLD = 200;

type Subject = Pick<
  Alert,
  'id' | 'model' | 'rule' | 'state' | 'severity' | 'summary' | 'acknowledgedBy' | 'muted' | 'flapping'
>;

/**
 * Tells of an alert once it fires, again when it has become worse, and of its end if it was told of. What is muted, acknowledged
 * or below the chosen severity is not told; the end of what was told always is.
 */
export function decideNotice(alert: Subject, told: Told, least: Severity): Decision {
  const { id, model, rule, state, severity, summary, acknowledgedBy, muted } = alert;
  const before = told[id];
  if (state === 'resolved') {
    const { [id]: _, ...rest } = told;
    const notice = { tag: id, title: `Resolved: ${rule} on ${model}`, body: summary, stays: false };
    return { notice: before === undefined ? null : notice, told: rest };
  }
  const worse = before === undefined || RANK[severity] > RANK[before];
  const wanted = RANK[severity] >= RANK[least] && acknowledgedBy === null && muted === null && !alert.flapping;
  if (state !== 'firing' || !worse || !wanted) return { notice: null, told };
  const title = `${severity.charAt(0).toUpperCase()}${severity.slice(1)}: ${rule} on ${model}`;
  return {
    notice: { tag: id, title, body: summary, stays: severity === 'critical' },
    told: Object.fromEntries([...Object.entries(told).slice(1 - MOST_TOLD), [id, severity]]),
  };
}

const MOST_AT_ONCE = 5;

/** Of alerts that changed at once, those to look at one by one, and how many more fire. */
export function splitBurst(changed: ReadonlyMap<string, string>, told: Told): { each: string[]; more: number } {
  const over = [...changed].filter(([id, state]) => state === 'resolved' && told[id] !== undefined);
  const firing = [...changed].filter(([, state]) => state === 'firing');
  return {
    each: [...over, ...firing.slice(0, MOST_AT_ONCE)].map(([id]) => id),
    more: Math.max(0, firing.length - MOST_AT_ONCE),
  };
}

export type Ability = 'can' | 'ask' | 'refused' | 'insecure' | 'unknown';

/** Whether this browser shows notifications of this page. */
export function abilityOf({
  isSecureContext,
  Notification: api,
}: {
  isSecureContext: boolean;
  Notification?: { permission: string } | undefined;
}): Ability {
  if (!isSecureContext) return 'insecure';
  if (!api) return 'unknown';
  return api.permission === 'granted' ? 'can' : api.permission === 'denied' ? 'refused' : 'ask';
}

/** Why there are none although they are wanted, and what to do. */
export const COMPLAINTS: Record<Ability, string | null> = {
  can: null,
  ask: 'Not allowed yet. Answer what the browser asks; if it does not ask, switch this off and on again.',
  refused: 'This browser refuses notifications of this page. Allow them in its settings for this site.',
  insecure: 'Browsers show notifications of pages over https, or of this computer, only. This page is neither.',
  unknown: 'This browser cannot show notifications of a page.',
};

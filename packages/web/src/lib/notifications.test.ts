import type { Alert } from '@leeway/contract';
import { describe, expect, it } from 'vitest';
import { abilityOf, decideNotice, splitBurst, type Told } from './notifications.ts';

const alert = (given: Partial<Alert>) => ({
  ...({
    id: 'a1',
    model: 'flights',
    rule: 'auc-low',
    state: 'firing',
    severity: 'warning',
    summary: 'AUC is 0.71',
  } as const),
  ...{ acknowledgedBy: null, muted: null, flapping: false },
  ...given,
});
const muted = { by: 'silence', ref: 's1', text: '', until: null } as const;

describe('decideNotice', () => {
  const rows: [what: string, given: Partial<Alert>, told: Told, title: string | null, after: Told][] = [
    ['one that fires', {}, {}, 'Warning: auc-low on flights', { a1: 'warning' }],
    ['one that was told', {}, { a1: 'warning' }, null, { a1: 'warning' }],
    [
      'one that became worse',
      { severity: 'critical' },
      { a1: 'warning' },
      'Critical: auc-low on flights',
      { a1: 'critical' },
    ],
    ['one that became milder', {}, { a1: 'critical' }, null, { a1: 'critical' }],
    ['one below the choice', { severity: 'info' }, {}, null, {}],
    ['one that is pending', { state: 'pending' }, {}, null, {}],
    ['one that recovers', { state: 'recovering' }, {}, null, {}],
    ['one that is silenced', { muted }, {}, null, {}],
    ['one that somebody has in hand', { acknowledgedBy: 'ann' }, {}, null, {}],
    ['one that comes and goes', { flapping: true }, {}, null, {}],
    [
      'the end of what was told',
      { state: 'resolved', muted },
      { a1: 'warning', b: 'info' },
      'Resolved: auc-low on flights',
      { b: 'info' },
    ],
    ['the end of what was not', { state: 'resolved' }, {}, null, {}],
  ];
  it.each(rows)('%s', (_, given, told, title, after) => {
    const decided = decideNotice(alert(given), told, 'warning');
    expect(decided.notice?.title ?? null).toBe(title);
    expect(decided.told).toEqual(after);
    if (decided.notice) expect(decided.notice.tag).toBe('a1');
  });
});

describe('splitBurst', () => {
  it('looks at a few, and counts the others', () => {
    const changed = new Map(Array.from({ length: 9 }, (_, i) => [`a${i}`, 'firing']));
    changed.set('told', 'resolved').set('untold', 'resolved').set('p', 'pending');
    expect(splitBurst(changed, { told: 'info' })).toEqual({ each: ['told', 'a0', 'a1', 'a2', 'a3', 'a4'], more: 4 });
  });
});

describe('abilityOf', () => {
  it.each([
    [false, 'granted', 'insecure'],
    [true, undefined, 'unknown'],
    [true, 'granted', 'can'],
    [true, 'denied', 'refused'],
    [true, 'default', 'ask'],
  ] as const)('secure %s, permission %s: %s', (isSecureContext, permission, ability) => {
    expect(abilityOf({ isSecureContext, Notification: permission && { permission } })).toBe(ability);
  });
});

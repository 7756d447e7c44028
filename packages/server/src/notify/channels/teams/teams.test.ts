import { describe, expect, test } from 'vitest';
import type { Message } from '../../message.ts';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { renderTeams } from './render.ts';
import { fakeTeams, flowOptions } from './testdata/kit.ts';

const cardOf = (message: Message, chart: Parameters<typeof renderTeams>[1] = null) =>
  renderTeams(message, chart).attachments[0].content;

const KINDS = ['acknowledge', 'silence', 'useful', 'noise', 'expected', 'duplicate'] as const;
const withActions: Message = {
  ...messages.firing,
  alerts: messages.firing.alerts.map((alert) => ({
    ...alert,
    actions: KINDS.map((kind) => ({ kind, label: kind, url: `https://leeway.example.org/act/${kind}` })),
  })),
};

test('a workflow may answer 200 or 202', async () => {
  const { origin } = await startHttp((request) => ({ ...fakeTeams()(request), status: 200 }));
  expect(await trySend('teams', flowOptions(origin))).toEqual({ outcome: 'sent' });
});

test('a card with buttons and a chart is one that Teams takes', async () => {
  const { origin, received } = await startHttp(fakeTeams());
  const chart = async () => ({ png: Buffer.alloc(6_000, 1), alt: 'roc_auc', url: null });
  expect(await trySend('teams', flowOptions(origin), withActions, { chart })).toEqual({ outcome: 'sent' });
  expect(received[0]?.text).toContain('data:image/png;base64,');
});

describe('rendering', () => {
  test('deeds are buttons, verdicts a card behind one', () => {
    const { actions } = cardOf(withActions);
    expect(actions.map(({ title }) => title)).toEqual(['Open', 'acknowledge', 'silence', 'Was it useful?']);
    expect(actions.at(-1)).toMatchObject({ card: { actions: KINDS.slice(2).map((title) => ({ title })) } });
  });

  test('what is left off is counted', () => {
    const { body } = cardOf(messages.huge);
    const shown = body.filter(({ type }) => type === 'Container').length;
    expect(shown).toBeGreaterThan(2);
    expect(JSON.stringify(body.at(-1))).toContain(`+ ${200 - shown} more`);
  });

  test.each([
    { what: 'fits: in the card', bytes: 6_000, url: null, starts: 'data:' },
    { what: 'does not fit: by its address', bytes: 60_000, url: 'https://leeway.example.org/c.png', starts: 'https:' },
    { what: 'does not fit and has no address: left out', bytes: 60_000, url: null, starts: undefined },
  ])('a chart that $what', ({ bytes, url, starts }) => {
    const { body } = cardOf(messages.firing, { png: Buffer.alloc(bytes), alt: 'roc_auc', url });
    const image = body.find((element) => element.type === 'Image');
    expect(image?.url.slice(0, starts?.length)).toBe(starts);
  });

  test('the data stand in runs of text only, which know no markup', () => {
    expect(JSON.stringify(cardOf(messages.hostile))).not.toContain('"TextBlock"');
  });
});

import { describe, expect, test } from 'vitest';
import { messages } from '../testdata/messages.ts';
import { renderConsole } from './console/render.ts';
import { escapeSlack, renderSlack } from './slack/render.ts';
import { renderMail } from './smtp/render.ts';
import { renderWebhook } from './webhook/render.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const mail = (message: (typeof messages)['firing']) =>
  renderMail(message, { from: 'Leeway <leeway@example.org>', deliveryId: 'dlv_1' });

// The golden files are what a reviewer reads: `npx vitest -u` writes them anew.
describe.each(['firing', 'mixed', 'resolved', 'hostile'] as const)('%s', (name) => {
  const message = messages[name];
  test('console', () => expect(renderConsole(message)).toMatchFileSnapshot(`console/golden/${name}.txt`));
  test('webhook', () => expect(json(renderWebhook(message))).toMatchFileSnapshot(`webhook/golden/${name}.json.txt`));
  test('slack', () => expect(json(renderSlack(message))).toMatchFileSnapshot(`slack/golden/${name}.json.txt`));
  test('mail, text', () => expect(mail(message).text).toMatchFileSnapshot(`smtp/golden/${name}.txt`));
  test('mail, html', () => expect(mail(message).html).toMatchFileSnapshot(`smtp/golden/${name}.html`));
});

describe('slack budgets', () => {
  const body = renderSlack(messages.huge);
  test('header, sections, blocks and all of it together', () => {
    expect(body.blocks.length).toBeLessThanOrEqual(50);
    for (const block of body.blocks) {
      if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(150);
      if (block.type === 'section') expect(block.text.text.length).toBeLessThanOrEqual(3_000);
    }
    expect(JSON.stringify(body.blocks).length).toBeLessThan(13_000);
  });
  test('what is left off is counted', () => {
    const shown = body.blocks.filter(({ type }) => type === 'section').length;
    expect(shown).toBeGreaterThan(3);
    expect(JSON.stringify(body.blocks.at(-1))).toContain(`+${200 - shown} more`);
  });
  test('nothing in the data is a command to Slack', () => {
    expect(JSON.stringify(renderSlack(messages.hostile))).not.toContain('<!channel>');
    expect(escapeSlack('<a&b>')).toBe('&lt;a&amp;b&gt;');
  });
});

test('nothing in the data is markup in a mail', () => {
  expect(mail(messages.hostile).html).not.toMatch(/<b>|<!channel/);
  expect(mail(messages.hostile).subject).not.toMatch(/[\r\n]/);
});

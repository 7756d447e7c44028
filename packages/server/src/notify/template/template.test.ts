import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { testMessage } from '../message.ts';
import { HOSTILE, messages } from '../testdata/messages.ts';
import { dressMessage, templateVariables } from './dress-message.ts';
import { FILTERS, templateMistake } from './render-template.ts';

const { full, mixed, huge, hostile } = messages;
const dress = (template: { subject?: string; text?: string }, message = full) => dressMessage(message, template);

describe('a template', () => {
  test.each([
    { intent: 'names an alert', text: '{{ alerts[0].rule }} of {{ labels.model }}', says: 'auc-low of flights' },
    {
      intent: 'writes numbers and times as Leeway does',
      text: '{{ alerts[0].n | number }}, {{ alerts[0].coverage | share }}, {{ alerts[0].since | time }}',
      says: '4,120, 71 %, 2001-01-10 00:10 UTC',
    },
    {
      intent: 'says a time in a zone',
      text: '{{ alerts[0].windowStart | time: "Asia/Tokyo" }}',
      says: '2001-01-08 00:00 UTC (09:00 Asia/Tokyo)',
    },
    {
      intent: 'goes through alerts and their facts',
      text: '{% for a in alerts %}{{ a.state }} {{ a.rule }}\n{% for f in a.facts limit: 1 %}  {{ f.label }}: {{ f.text }}\n{% endfor %}{% endfor %}',
      says: 'firing auc-low\n  What: roc_auc 0.7121 (interval 0.7002 to 0.7239) against the threshold 0.75; reference 0.8104',
    },
    {
      intent: 'has the links of an alert',
      text: '{{ alerts[0].actions | map: "kind" | join: "," }}',
      says: 'acknowledge,noise',
    },
    {
      intent: 'tells of what happened nearby',
      text: '{{ alerts[0].nearby[0] }}',
      says: 'version 7 was promoted 3 h before the first bad window',
    },
    {
      intent: 'may build on the default text',
      text: 'Ring ann.\n{{ text }}',
      says: `Ring ann.\n${full.lines.join('\n')}`,
    },
  ])('$intent', ({ text, says }) => {
    const { message, mistake } = dress({ text });
    expect(mistake).toBeNull();
    expect(message.text).toBe(says);
    expect(message.lines).toEqual(says.split('\n'));
    expect(message.alerts).toBe(full.alerts);
  });

  test('of the subject makes one line', () => {
    const { message } = dress({ subject: '{{ severity | upcase }}\n{{ alerts[0].summary }}' });
    expect(message.subject).toBe('CRITICAL roc_auc is 0.7121, threshold 0.75');
    expect(message.text).toBeNull();
  });

  test('that says nothing is none', () => {
    expect(dress({ subject: ' ', text: '{% if false %}x{% endif %}' }).message).toEqual(full);
    expect(dressMessage(full, undefined).message).toBe(full);
  });

  test('does not touch the test message', () => {
    const message = testMessage('ops', 'http://x', 0);
    expect(dress({ text: 'x' }, message).message).toBe(message);
  });

  test.each([
    { intent: 'a tag left open', text: '{% if value %}' },
    { intent: 'an unknown variable', text: '{{ nobody }}' },
    { intent: 'an unknown filter', text: '{{ subject | sing }}' },
    { intent: 'a file', text: '{% include "/etc/passwd" %}' },
    { intent: 'a layout', text: '{% layout "../../secret" %}' },
    { intent: 'a render', text: '{% render "../../etc/passwd" %}' },
    { intent: 'no end', text: '{% for i in (1..100000000) %}{{ i }}{% endfor %}' },
    { intent: 'loops in loops', text: '{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}' },
    { intent: 'the inside of the program', text: '{{ subject.constructor.name }}' },
    { intent: 'a prototype', text: '{{ alerts[0].__proto__.toString }}' },
  ])('$intent costs the wording, not the message', ({ text }) => {
    const begin = performance.now();
    const { message, mistake } = dress({ subject: 'never', text });
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(mistake).toMatch(/\S/);
    expect(message.subject).toBe(full.subject);
    expect(message.text).toBeNull();
    expect(message.lines.slice(0, -1)).toEqual(full.lines);
    expect(message.lines.at(-1)).toBe(`(the template of the channel failed: ${mistake})`);
    expect(message.lead).toBe(message.lines.at(-1));
    expect(message.lines.join('\n')).not.toContain('root:');
  });

  test('what the data say is never read as a template, and breaks no line', () => {
    const { message } = dress({ text: 'It says: {{ alerts[0].summary }}' }, hostile);
    expect(message.text).toContain('{{ 1 }}');
    expect(message.lines).toHaveLength(1);
    expect(HOSTILE).toContain('\r\n');
  });

  test('of two hundred alerts ends in time and within bounds', () => {
    const { message, mistake } = dress(
      { text: '{% for a in alerts %}{{ a.rule }} {{ a.summary }}\n{% endfor %}' },
      huge,
    );
    expect(mistake).toBeNull();
    expect(message.text!.length).toBeLessThanOrEqual(20_000);
    expect(dress({ text: '{{ firing }} fire, {{ resolved }} are over' }, mixed).message.text).toBe(
      '1 fire, 1 are over',
    );
  });
});

test('mistakes are seen without a message', () => {
  expect(templateMistake('{{ severity }}')).toBeNull();
  expect(templateMistake('{% for a in alerts %}')).toContain('for');
  expect(templateMistake('a\nb {{ x | | }}')).not.toBeNull();
});

test('the reference names every variable and filter', () => {
  const page = readFileSync(new URL('../../../../../docs/reference/templates.md', import.meta.url), 'utf8');
  const variables = templateVariables(full);
  const names = [...Object.keys(variables), ...Object.keys(variables.alerts[0]!), ...Object.keys(FILTERS)];
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

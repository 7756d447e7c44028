import { expect, test } from 'vitest';
import { renderSummary } from './render-summary.ts';

const variables = {
  rule: 'auc-low',
  model: 'flights',
  metric: 'roc_auc',
  value: 0.71234,
  threshold: 0.75,
  column: '',
  slice: 'origin=ATL',
  window: '2001-01-08 00:00 to 2001-01-09 00:00 UTC',
  cause: 'The data are broken.',
};

test.each([
  {
    intent: 'variables and filters',
    template: '{{ model }} fell to {{ value | round: 2 }} ({{ slice }})',
    expected: 'flights fell to 0.71 (origin=ATL)',
  },
  { intent: 'conditions', template: '{% if cause %}{{ cause }}{% endif %}', expected: 'The data are broken.' },
  { intent: 'line breaks are none', template: 'a\n\n{{ rule }}', expected: 'a auc-low' },
  { intent: 'an empty one is as none', template: '  ', expected: 'otherwise' },
])('$intent', ({ template, expected }) => expect(renderSummary(template, variables, 'otherwise')).toBe(expected));

test.each([
  { intent: 'a tag left open', template: '{% if value %}' },
  { intent: 'an unknown variable', template: '{{ nobody }}' },
  { intent: 'an unknown filter', template: '{{ value | sing }}' },
  { intent: 'a file', template: '{% include "/etc/passwd" %}' },
  { intent: 'a layout', template: '{% layout "../../secret" %}' },
  { intent: 'no end', template: '{% for i in (1..100000000) %}{{ i }}{% endfor %}' },
])('$intent costs the wording, not the alert', ({ template }) => {
  const text = renderSummary(template, variables, 'otherwise');
  expect(text).toMatch(/^otherwise \(the summary template failed: /);
  expect(text).not.toContain('root:');
});

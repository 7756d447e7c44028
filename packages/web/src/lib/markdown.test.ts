import { describe, expect, it } from 'vitest';
import { markdownHtml } from './markdown.ts';
import { withoutMetadata } from './metadata.ts';

describe('markdownHtml', () => {
  const rows: [what: string, given: string, expected: string][] = [
    ['HTML is text', '<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['a link that runs code is text', '[x](javascript:alert(1))', '<p>[x](javascript:alert(1))</p>'],
    ['a heading stands below those of the page', '# A', '<h3>A</h3>'],
    ['no heading is below the sixth', '###### A', '<h6>A</h6>'],
    [
      'a link leads to a window of its own',
      '[x](https://example.org)',
      '<p><a href="https://example.org" target="_blank" rel="noreferrer">x</a></p>',
    ],
    ['a link within the dashboard stays in it', '[x](/runs)', '<p><a href="/runs">x</a></p>'],
    [
      'a picture is not loaded',
      '![x](https://example.org/a.png)',
      '<p>!<a href="https://example.org/a.png" target="_blank" rel="noreferrer">x</a></p>',
    ],
  ];
  it.each(rows)('%s', (_, given, expected) => expect(markdownHtml(given).trim()).toBe(expected));

  it('a table may scroll', () => {
    expect(markdownHtml('|a|b|\n|-|-|\n|1|2|')).toMatch(/^<div class="table-scroll"><table>[\s\S]*<\/table><\/div>/);
  });
});

describe('withoutMetadata', () => {
  it('takes the block before the document away, and nothing else', () => {
    expect(withoutMetadata('---\na: 1\n---\n\n# T\n\n---\n\nx')).toBe('# T\n\n---\n\nx');
    expect(withoutMetadata('# T\n')).toBe('# T\n');
  });
});

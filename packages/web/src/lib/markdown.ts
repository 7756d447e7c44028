import MarkdownIt from 'markdown-it';

/** Headings of a text stand below those of the page that shows it. */
const HEADING_SHIFT = 2;

/**
 * Markdown of people as HTML that is safe to show: HTML in it is text, nothing is loaded from elsewhere (a picture becomes a
 * link), and links go to the web alone, in a window of their own.
 */
const markdown = new MarkdownIt({ html: false, linkify: true }).disable('image');

const renderToken: NonNullable<(typeof markdown.renderer.rules)[string]> = (tokens, i, options, _env, self) =>
  self.renderToken(tokens, i, options);
markdown.renderer.rules['link_open'] = (tokens, i, ...rest) => {
  const href = tokens[i]!.attrGet('href') ?? '';
  if (/^(https?:)?\/\//i.test(href)) {
    tokens[i]!.attrSet('target', '_blank');
    tokens[i]!.attrSet('rel', 'noreferrer');
  }
  return renderToken(tokens, i, ...rest);
};
markdown.core.ruler.push('lower_headings', ({ tokens }) => {
  for (const token of tokens.filter(({ type }) => type.startsWith('heading_')))
    token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + HEADING_SHIFT)}`;
});
// A table may be wider than its place.
markdown.renderer.rules['table_open'] = () => '<div class="table-scroll"><table>\n';
markdown.renderer.rules['table_close'] = () => '</table></div>\n';

export const markdownHtml = (text: string): string => markdown.render(text);

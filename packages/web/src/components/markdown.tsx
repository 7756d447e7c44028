import { useMemo } from 'react';
import { markdownHtml } from '../lib/markdown.ts';

/** Prose of people. HTML in it is text: `lib/markdown.ts` sees to that. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => markdownHtml(text), [text]);
  return <div className="prose-text" dangerouslySetInnerHTML={{ __html: html }} />;
}

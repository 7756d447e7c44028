import { useMemo } from 'react';
import { markdownHtml } from '../lib/markdown.ts';

/** Prose of people. It is made safe in `lib/markdown.ts`. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => markdownHtml(text), [text]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: markdown-it leaves no HTML of the text as HTML
  return <div className="prose-text" dangerouslySetInnerHTML={{ __html: html }} />;
}

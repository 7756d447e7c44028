import { Anchor, Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';

const Markdown = lazy(() => import('./markdown.tsx').then(({ Markdown: component }) => ({ default: component })));

/** Text of people as Markdown; what is nothing but an address becomes a link. */
export function Prose({ text }: { text: string }) {
  if (/^https?:\/\/\S+$/.test(text.trim())) {
    return (
      <Anchor href={text.trim()} target="_blank" rel="noreferrer" className="breaks">
        {text.trim()}
      </Anchor>
    );
  }
  return (
    <Suspense fallback={<Skeleton height={40} radius="sm" />}>
      <Markdown text={text} />
    </Suspense>
  );
}

import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { cardAddress, cardQuery, keptCardsQuery } from '../../api/registry.ts';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { Prose } from '../../components/prose.tsx';
import { Time } from '../../components/time.tsx';
import { withoutMetadata } from '../../lib/metadata.ts';
import classes from '../runs/runs.module.css';

/** What is written down of the version for those who did not make it. */
export function CardTab({ model, version }: { model: string; version: string }) {
  const card = useQuery(cardQuery(model, version));
  const kept = useQuery(keptCardsQuery(model, version)).data ?? [];
  return (
    <Stack gap="md">
      <Section title="Model card" note="from the record as it is now">
        <Text size="sm">
          Also as{' '}
          <Anchor href={cardAddress(model, version, 'md')}>Markdown with metadata for the Hugging Face Hub</Anchor>, or
          as{' '}
          <Anchor href={cardAddress(model, version, 'html')} target="_blank">
            a page to print
          </Anchor>
          .
        </Text>
        <Load query={card} height={420}>
          {(text) => (
            <article className="panel" style={{ padding: '16px 20px' }} aria-label="Model card">
              <Prose text={withoutMetadata(text)} />
            </article>
          )}
        </Load>
      </Section>
      {kept.length > 0 && (
        <Section title="Kept" note="the card as it was then stays with the version">
          <ul className={classes['plain']}>
            {kept.map(({ id, at, occasion }) => (
              <li key={id}>
                <Time at={at} /> {occasion}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Stack>
  );
}

import type { AlertComment } from '@leeway/contract';
import { Button, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useComment } from '../../api/alerts.ts';
import { Section } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { Time } from '../../components/time.tsx';
import classes from './alerts.module.css';

/** What people said of it, oldest first, and a field to say more. */
export function Comments({ alert, comments }: { alert: string; comments: readonly AlertComment[] }) {
  const [text, setText] = useState('');
  const comment = useComment(alert);
  const send = () => comment.mutate(text.trim(), { onSuccess: () => setText('') });
  return (
    <Section title="Comments">
      {comments.map(({ at, actor, text: said }, i) => (
        <article key={i}>
          <Text size="xs" c="dimmed">
            <strong>{actor}</strong>, <Time at={at} />
          </Text>
          <Text size="sm" className={classes['comment']}>
            {said}
          </Text>
        </article>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Stack gap={6} align="flex-start">
          <Textarea
            aria-label="Your comment"
            placeholder="What you found, what you do"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && text.trim() !== '') send();
            }}
            maxLength={4000}
            autosize
            minRows={2}
            w="100%"
          />
          {comment.error && <Problem error={comment.error} />}
          <Button type="submit" variant="default" loading={comment.isPending} disabled={text.trim() === ''}>
            Comment
          </Button>
        </Stack>
      </form>
    </Section>
  );
}

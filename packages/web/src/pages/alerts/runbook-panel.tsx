import type { Alert, Lesson, Runbook } from '@leeway/contract';
import { Anchor, Button, Checkbox, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { runbookQuery, useAddLesson } from '../../api/lessons.ts';
import { useMayAct } from '../../api/may.ts';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { Prose } from '../../components/prose.tsx';
import { Time } from '../../components/time.tsx';
import classes from './alerts.module.css';

/** What to do about an alert, and what was learnt from those before it. */
export function RunbookPanel({ alert }: { alert: Alert }) {
  const query = useQuery(runbookQuery(alert.model, alert.rule));
  const mayAct = useMayAct();
  return (
    <>
      <Section title="Runbook">
        <Load query={query}>{(runbook) => <Guides runbook={runbook} alert={alert} />}</Load>
      </Section>
      <Section title="Lessons" note="what was learnt before, for who is called next">
        {query.data && <Lessons lessons={query.data.lessons} own={alert.id} />}
        {mayAct && <NewLesson alert={alert} />}
      </Section>
    </>
  );
}

function Guides({ runbook: { ofRule, ofModel }, alert: { rule, model } }: { runbook: Runbook; alert: Alert }) {
  const guides = [
    [`Of the rule ${rule}`, ofRule],
    [`Of the model ${model}`, ofModel],
  ] as const;
  if (ofRule === null && ofModel === null) {
    return (
      <Text size="sm" c="dimmed">
        Nobody has written one. It stands in the configuration, as <code>runbook</code> of the rule or of the model.
      </Text>
    );
  }
  return guides.map(
    ([of, text]) =>
      text !== null && (
        <div key={of}>
          <Text size="xs" c="dimmed" mb={4}>
            {of}
          </Text>
          <Prose text={text} />
        </div>
      ),
  );
}

function Lessons({ lessons, own }: { lessons: readonly Lesson[]; own: string }) {
  if (lessons.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        None yet.
      </Text>
    );
  }
  return lessons.map(({ id, at, actor, rule, alert, text }) => (
    <article key={id} className={classes['lesson']}>
      <Text size="xs" c="dimmed" mb={4}>
        <strong>{actor}</strong>, <Time at={at} />
        {rule === null && ', of the whole model'}
        {alert !== null && alert !== own && (
          <>
            , from{' '}
            <Anchor renderRoot={(props) => <Link to="/alerts/$id" params={{ id: alert }} {...props} />}>
              another alert
            </Anchor>
          </>
        )}
      </Text>
      <Prose text={text} />
    </article>
  ));
}

function NewLesson({ alert: { id, model, rule } }: { alert: Alert }) {
  const [text, setText] = useState('');
  const [whole, setWhole] = useState(false);
  const add = useAddLesson(model);
  const send = () =>
    add.mutate({ text: text.trim(), alert: id, ...(whole ? {} : { rule }) }, { onSuccess: () => setText('') });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Stack gap={6} align="flex-start">
        <Textarea
          aria-label="What was learnt"
          placeholder="What it was, how you saw it, what helped. Markdown."
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={20_000}
          autosize
          minRows={2}
          w="100%"
        />
        <Checkbox
          label={`About all of ${model}, not only ${rule}`}
          checked={whole}
          onChange={(event) => setWhole(event.currentTarget.checked)}
        />
        {add.error && <Problem error={add.error} />}
        <Button type="submit" variant="default" loading={add.isPending} disabled={text.trim() === ''}>
          Write it down
        </Button>
      </Stack>
    </form>
  );
}

import type { MessagePreview } from '@leeway/contract';
import { Alert, Modal, Select, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { previewQuery } from '../../api/channels.ts';
import { alertsQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { ScrollText } from '../../components/scroll-text.tsx';
import { formatTime } from '../../lib/time.ts';

const SAMPLE = '';
const OFFERED = 30;

/** What a channel would send of an alert, made by what makes real messages. */
export function PreviewDialog({ channel, onClose }: { channel: string; onClose: () => void }) {
  const [alert, setAlert] = useState(SAMPLE);
  const alerts = useQuery(alertsQuery()).data ?? [];
  const preview = useQuery(previewQuery(channel, alert === SAMPLE ? undefined : alert));
  return (
    <Modal opened onClose={onClose} title={`What ${channel} would send`} size="xl">
      <Stack gap="sm">
        <Select
          label="Alert"
          size="xs"
          allowDeselect={false}
          value={alert}
          onChange={(value) => setAlert(value ?? SAMPLE)}
          data={[
            { value: SAMPLE, label: 'A sample' },
            ...alerts.slice(0, OFFERED).map(({ id, rule, model, state, activeAt }) => ({
              value: id,
              label: `${rule} on ${model}, ${state}, ${formatTime(activeAt)}`,
            })),
          ]}
        />
        <Load query={preview} height={260}>
          {(made) => <Made preview={made} />}
        </Load>
      </Stack>
    </Modal>
  );
}

function Made({ preview: { subject, contentType, body, notes } }: { preview: MessagePreview }) {
  const html = contentType.startsWith('text/html');
  return (
    <>
      {notes.map((note) => (
        <Alert key={note} variant="light" color="orange" p="xs">
          {note}
        </Alert>
      ))}
      <Text size="sm">
        <span className="quiet">Subject </span>
        <strong>{subject}</strong>
      </Text>
      {html ? (
        <Tabs defaultValue="seen">
          <Tabs.List mb="xs">
            <Tabs.Tab value="seen">As it is seen</Tabs.Tab>
            <Tabs.Tab value="source">Source</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="seen">
            <Mail html={body} />
          </Tabs.Panel>
          <Tabs.Panel value="source">
            <ScrollText label={`Body, ${contentType}`} text={body} />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <>
          <Text size="xs" c="dimmed">
            {contentType}
          </Text>
          <ScrollText label={`Body, ${contentType}`} text={body} />
        </>
      )}
    </>
  );
}

/** In a frame that runs no script, has no origin, and loads nothing from elsewhere. */
function Mail({ html }: { html: string }) {
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">`;
  return (
    <iframe
      title="The message as it is seen"
      sandbox=""
      srcDoc={`${policy}${html}`}
      style={{ width: '100%', height: 460, border: '1px solid var(--edge)', borderRadius: 6, background: '#fff' }}
    />
  );
}

import { ChannelHealth, Delivery, MessagePreview } from '@leeway/contract';

const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString();

const channel = (given: Partial<ChannelHealth>): ChannelHealth =>
  ChannelHealth.parse({
    ...{ state: 'ok', failover: null, queued: 0, oldestQueuedAt: null, lastSentAt: ago(5), lastError: null },
    ...{ failingSince: null, failures: 0, pausedUntil: null, disabledAt: null, disabledReason: null },
    ...given,
  });

export const channels: ChannelHealth[] = [
  channel({ name: 'mail-oncall', type: 'smtp', label: 'E-mail (SMTP)', lastSentAt: ago(2) }),
  channel({
    ...{ name: 'pager', type: 'pagerduty', label: 'PagerDuty (Events API v2)', failover: 'sms', state: 'disabled' },
    ...{ lastSentAt: ago(900), lastError: 'Invalid routing key', failures: 3, failingSince: ago(31) },
    ...{ disabledAt: ago(30), disabledReason: 'PagerDuty answered 400: Invalid routing key' },
  }),
  channel({
    name: 'public-status',
    type: 'statuspal',
    label: 'Statuspal',
    state: 'unused',
    lastSentAt: null,
    queued: 1,
    oldestQueuedAt: ago(1),
  }),
  channel({
    ...{ name: 'slack-ml', type: 'slack', label: 'Slack', state: 'paused', queued: 4, oldestQueuedAt: ago(0.2) },
    ...{
      pausedUntil: ago(-0.1),
      lastError: 'Slack answered 429: ratelimited, again in 360 s',
      failures: 1,
      failingSince: ago(0.2),
    },
  }),
  channel({ name: 'sms', type: 'twilio', label: 'SMS (Twilio)', lastSentAt: ago(30) }),
  channel({
    ...{ name: 'warehouse-hook', type: 'webhook', label: 'Webhook, signed', state: 'failing', queued: 12 },
    ...{ oldestQueuedAt: ago(7), failures: 9, failingSince: ago(7), lastSentAt: ago(12) },
    lastError:
      'connect ECONNREFUSED 203.0.113.9:443 at https://hooks.example.org/leeway/very/long/path/that-goes-on-and-on-without-a-blank',
  }),
];

const delivery = (given: Partial<Delivery>): Delivery =>
  Delivery.parse({
    ...{ group: 'root:{model=flights-late}', reason: 'first', state: 'failed', attempts: 8, failure: 'permanent' },
    ...{ error: null, failoverOf: null, createdAt: ago(31), sentAt: null, subject: '' },
    ...given,
  });

export const heldDeliveries: Delivery[] = [
  delivery({
    ...{
      id: 'd21',
      channel: 'pager',
      failure: 'auth',
      attempts: 3,
      error: 'PagerDuty answered 400: Invalid routing key',
    },
    subject: '[critical] calibration on flights-late',
  }),
  delivery({
    ...{ id: 'd22', channel: 'warehouse-hook', failure: 'transient', attempts: 14, createdAt: ago(60) },
    ...{
      error: 'given up after 24 h: connect ECONNREFUSED 203.0.113.9:443',
      subject: '[warning] new-categories on flights-late',
    },
  }),
  delivery({
    ...{
      id: 'd23',
      channel: 'public-status',
      state: 'awaiting_approval',
      attempts: 0,
      failure: null,
      createdAt: ago(1),
    },
    subject: 'Delays may be predicted less well than usual',
  }),
];

export const tested: Delivery = delivery({
  ...{
    id: 'd30',
    channel: 'mail-oncall',
    state: 'sent',
    attempts: 1,
    failure: null,
    sentAt: ago(0),
    createdAt: ago(0),
  },
  subject: 'Test of the channel mail-oncall',
});

export const preview: MessagePreview = MessagePreview.parse({
  channel: 'mail-oncall',
  type: 'smtp',
  subject: '[critical] calibration on flights-late',
  contentType: 'text/html',
  body: '<!doctype html><body style="font-family:sans-serif"><h2>Calibration error is 0.082, above 0.05</h2><p>In three windows of <b>flights-late</b>.</p><script>document.body.innerHTML = "run"</script></body>',
  notes: ['Not all of it fits: + 12 more.'],
});

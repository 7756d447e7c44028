import type { Channel } from '../channel.ts';
import { alertmanagerChannel } from './alertmanager/index.ts';
import { appriseChannel } from './apprise/index.ts';
import { consoleChannel } from './console/index.ts';
import { datadogChannel } from './datadog/index.ts';
import { discordChannel } from './discord/index.ts';
import { ntfyChannel } from './ntfy/index.ts';
import { opsgenieChannel } from './opsgenie/index.ts';
import { pagerDutyChannel } from './pagerduty/index.ts';
import { slackChannel } from './slack/index.ts';
import { smtpChannel } from './smtp/index.ts';
import { snsChannel } from './sns/index.ts';
import { statuspalChannel } from './statuspal/index.ts';
import { teamsChannel } from './teams/index.ts';
import { telegramChannel } from './telegram/index.ts';
import { twilioChannel } from './twilio/index.ts';
import { webhookChannel } from './webhook/index.ts';

/** Every kind of channel there is. */
export const CHANNELS: readonly Channel[] = [
  consoleChannel,
  smtpChannel,
  slackChannel,
  teamsChannel,
  pagerDutyChannel,
  opsgenieChannel,
  discordChannel,
  datadogChannel,
  statuspalChannel,
  twilioChannel,
  telegramChannel,
  ntfyChannel,
  alertmanagerChannel,
  snsChannel,
  appriseChannel,
  webhookChannel,
];

import type { z } from 'zod';
import type { ChannelIo, Outcome } from '../../channel.ts';
import type { Message } from '../../message.ts';
import { tryJson } from '../../try-call.ts';
import type { teamsOptions } from './index.ts';
import { renderTeams } from './render.ts';

/** Connectors of Office 365 had such addresses. */
const RETIRED = /(^|\.)webhook\.office\.com$|^outlook\.office(365)?\.com$/;

export async function deliverToTeams(
  message: Message,
  { url }: z.infer<typeof teamsOptions>,
  io: ChannelIo,
): Promise<Outcome> {
  const chart = message.alerts.length > 0 ? await io.chart() : null;
  const { outcome } = await tryJson(io, url, renderTeams(message, chart));
  if (outcome.outcome !== 'sent') return outcome;
  return RETIRED.test(new URL(url).hostname)
    ? { outcome: 'sent', note: 'Microsoft retires these connectors; make a workflow in Teams and take its address' }
    : outcome;
}

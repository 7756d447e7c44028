import { cut, fit } from '../../format.ts';
import { type Message, type MessageAlert, shownAlerts } from '../../message.ts';

/** Discord's limits, in characters. What all embeds hold together has one as well. */
const CONTENT = 2_000;
const EMBEDS = 10;
const TITLE = 256;
const DESCRIPTION = 4_096;
const FIELDS = 25;
const NAME = 256;
const VALUE = 1_024;
const TOGETHER = 6_000;

const COLOUR = { critical: 0xc92a2a, warning: 0xe8590c, info: 0x1864ab, resolved: 0x2b8a3e } as const;

interface Embed {
  title: string;
  url: string;
  description: string;
  color: number;
  fields: { name: string; value: string; inline: boolean }[];
  image?: { url: string };
}

export interface DiscordBody {
  content: string;
  embeds: Embed[];
  /** Nothing that a message says calls anybody. */
  allowed_mentions: { parse: [] };
  attachments?: { id: number; filename: string; description: string }[];
}

export const CHART_FILE = 'chart.png';

/** `chart` is what the picture shows, in words, where one goes with the message. */
export function renderDiscord(message: Message, chart: string | null = null): DiscordBody {
  const { shown, more } = fit(shownAlerts(message).map(renderAlert), {
    budget: TOGETHER,
    most: EMBEDS,
    separator: 0,
    sizeOf,
  });
  const [first] = shown;
  if (chart !== null && first) first.image = { url: `attachment://${CHART_FILE}` };
  const links = message.links.map(({ label, url }) => `[${escapeMarkdown(label)}](<${url}>)`);
  const said = shown.length === 0 ? message.lines : message.lead ? [message.lead] : [];
  const footer = fit([...(more ? [more] : []), ...links], { budget: CONTENT / 4, separator: 3 }).shown.join(' · ');
  const head = `**${cut(escapeMarkdown(message.subject), 400)}**`;
  return {
    content: [head, ...fit(said.map(escapeMarkdown), { budget: CONTENT / 2 }).shown, footer].join('\n'),
    embeds: shown,
    allowed_mentions: { parse: [] },
    ...(chart !== null && first
      ? { attachments: [{ id: 0, filename: CHART_FILE, description: cut(chart, 1_000) }] }
      : {}),
  };
}

function renderAlert(alert: MessageAlert): Embed {
  const resolved = alert.state === 'resolved';
  const fields = alert.facts
    .slice(0, FIELDS - 1)
    .map(({ label, text }) => ({ name: cut(label, NAME), value: fitted(text, VALUE), inline: false }));
  const links = fit(
    alert.actions.map(({ label, url }) => `[${escapeMarkdown(label)}](<${url}>)`),
    { budget: VALUE, separator: 3 },
  ).shown.join(' · ');
  return {
    title: cut(`${resolved ? 'Resolved' : alert.severity}: ${alert.rule}`, TITLE),
    url: alert.url,
    description: fitted(alert.summary, DESCRIPTION),
    color: resolved ? COLOUR.resolved : COLOUR[alert.severity],
    fields: links && !resolved ? [...fields, { name: 'Actions', value: links, inline: false }] : fields,
  };
}

const sizeOf = ({ title, description, fields }: Embed): number =>
  title.length + description.length + fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);

/** An address stays as it is, so that it can be followed; all else is text. */
function fitted(text: string, most: number): string {
  if (/^https?:\/\/[^\s<>()]+$/.test(text) && text.length <= most) return text;
  return cut(escapeMarkdown(text), most).replace(/\\…$/, '…');
}

export const escapeMarkdown = (text: string): string => text.replace(/[\\*_~`|<>[\]()#@]/g, '\\$&');

import type { ChartImage } from '../../channel.ts';
import { cut, fit } from '../../format.ts';
import { type Message, type MessageAlert, shownAlerts } from '../../message.ts';

/** Teams refuses more than about 28 KB; alerts get what is surely taken, a picture what is left. */
const MOST_BYTES = 27 * 1024;
const ALERT_BYTES = 18 * 1024;
const MOST_ALERTS = 12;
const MOST_ACTIONS = 6;

interface TextRun {
  type: 'TextRun';
  text: string;
  weight?: 'Bolder';
  color?: 'Attention' | 'Good' | 'Warning' | 'Accent';
  size?: 'Medium';
}
// Runs of text know no markdown: whatever the data say is shown as it is.
interface RichText {
  type: 'RichTextBlock';
  inlines: TextRun[];
  spacing?: 'None' | 'Small';
}
interface OpenUrl {
  type: 'Action.OpenUrl';
  title: string;
  url: string;
}
interface ShowCard {
  type: 'Action.ShowCard';
  title: string;
  card: { type: 'AdaptiveCard'; actions: OpenUrl[] };
}
type Element =
  | RichText
  | { type: 'Container'; separator: true; selectAction: { type: 'Action.OpenUrl'; url: string }; items: Element[] }
  | { type: 'Image'; url: string; altText: string; size: 'Stretch' };

export interface TeamsBody {
  type: 'message';
  /** What a notification shows. */
  summary: string;
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive';
      contentUrl: null;
      content: {
        $schema: string;
        type: 'AdaptiveCard';
        version: '1.4';
        fallbackText: string;
        msteams: { width: 'Full' };
        body: Element[];
        actions: (OpenUrl | ShowCard)[];
      };
    },
  ];
}

export function renderTeams(message: Message, chart: ChartImage | null = null): TeamsBody {
  const { shown, more } = fit(shownAlerts(message).map(renderAlert), {
    budget: ALERT_BYTES,
    most: MOST_ALERTS,
    sizeOf: bytesOf,
  });
  const said = shown.length === 0 ? message.lines.join('\n') : message.lead;
  const body: Element[] = [
    rich([{ text: cut(message.subject, 300), weight: 'Bolder', size: 'Medium', ...colourOf(message) }]),
    ...(said ? [rich([{ text: cut(said, 4_000) }])] : []),
    ...shown,
    ...(more ? [rich([{ text: more, weight: 'Bolder' }])] : []),
  ];
  const card = wrap(message, body);
  const image = chart && imageOf(chart, MOST_BYTES - bytesOf(card) - 200);
  // Under the headline, where a phone shows it.
  return image ? wrap(message, [...body.slice(0, 1), image, ...body.slice(1)]) : card;
}

function wrap(message: Message, body: Element[]): TeamsBody {
  return {
    type: 'message',
    summary: cut(message.subject, 300),
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: cut(message.subject, 300),
          msteams: { width: 'Full' },
          body,
          actions: actionsOf(message),
        },
      },
    ],
  };
}

function renderAlert(alert: MessageAlert): Element {
  const state = alert.state === 'resolved' ? 'Resolved' : alert.severity;
  const title: RichText = rich([
    { text: `${state} `, weight: 'Bolder', ...colourOf({ status: alert.state, severity: alert.severity }) },
    { text: `${alert.rule}: ${cut(alert.summary, 400)}`, weight: 'Bolder' },
  ]);
  const facts = alert.facts.map(({ label, text }) =>
    rich([{ text: `${label}  `, weight: 'Bolder' }, { text: cut(text, 600) }], 'None'),
  );
  // Of the whole, not of the title: an action of a run of text breaks the line in Teams.
  return {
    type: 'Container',
    separator: true,
    selectAction: { type: 'Action.OpenUrl', url: alert.url },
    items: [title, ...facts],
  };
}

const rich = (runs: Omit<TextRun, 'type'>[], spacing?: RichText['spacing']): RichText => ({
  type: 'RichTextBlock',
  inlines: runs.map((run) => ({ type: 'TextRun', ...run })),
  ...(spacing && { spacing }),
});

function colourOf({ status, severity }: Pick<Message, 'status' | 'severity'>): Pick<TextRun, 'color'> {
  if (status === 'test' || status === 'note') return {};
  if (status === 'resolved') return { color: 'Good' };
  return { color: severity === 'critical' ? 'Attention' : severity === 'warning' ? 'Warning' : 'Accent' };
}

/** The buttons of a single alert; its verdicts are a card behind one of them. Of many alerts, each has its page. */
function actionsOf(message: Message): (OpenUrl | ShowCard)[] {
  const open = (title: string, url: string): OpenUrl => ({ type: 'Action.OpenUrl', title: cut(title, 60), url });
  const links = message.links.map(({ label, url }) => open(label, url));
  const [alert, another] = message.alerts;
  if (!alert || another || alert.state === 'resolved') return links.slice(0, MOST_ACTIONS);
  const isDeed = (kind: string) => kind === 'acknowledge' || kind === 'silence';
  const deeds = alert.actions.filter(({ kind }) => isDeed(kind)).map(({ label, url }) => open(label, url));
  const verdicts = alert.actions.filter(({ kind }) => !isDeed(kind)).map(({ label, url }) => open(label, url));
  const ask: ShowCard[] =
    verdicts.length === 0
      ? []
      : [{ type: 'Action.ShowCard', title: 'Was it useful?', card: { type: 'AdaptiveCard', actions: verdicts } }];
  return [...links, ...deeds].slice(0, MOST_ACTIONS - ask.length).concat(ask as never[]);
}

/** The picture in the card itself where there is room for it, else where it can be fetched, else none. */
function imageOf({ png, alt, url }: ChartImage, room: number): Element | null {
  const data = `data:image/png;base64,${png.toString('base64')}`;
  const source = data.length <= room ? data : url;
  return source === null ? null : { type: 'Image', url: source, altText: cut(alt, 300), size: 'Stretch' };
}

const bytesOf = (value: object): number => Buffer.byteLength(JSON.stringify(value));

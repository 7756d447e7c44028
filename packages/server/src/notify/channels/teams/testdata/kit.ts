import { expect } from 'vitest';
import { z } from 'zod';
import { type ChannelKit, type FakeRequest, json } from '../../../testdata/channel-kit.ts';
import { renderTeams } from '../render.ts';

const Rich = z.strictObject({
  type: z.literal('RichTextBlock'),
  inlines: z
    .array(
      z.strictObject({
        type: z.literal('TextRun'),
        text: z.string().min(1),
        weight: z.enum(['Lighter', 'Default', 'Bolder']).optional(),
        color: z.enum(['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention']).optional(),
        size: z.enum(['Small', 'Default', 'Medium', 'Large', 'ExtraLarge']).optional(),
      }),
    )
    .min(1),
  spacing: z.enum(['None', 'Small', 'Default', 'Medium']).optional(),
});
const Image = z.strictObject({
  type: z.literal('Image'),
  url: z.string().regex(/^(https:\/\/|data:image\/png;base64,[A-Za-z0-9+/]+=*$)/),
  altText: z.string().min(1),
  size: z.enum(['Auto', 'Stretch']),
});
const Container = z.strictObject({
  type: z.literal('Container'),
  separator: z.boolean(),
  selectAction: z.strictObject({ type: z.literal('Action.OpenUrl'), url: z.url() }),
  items: z.array(Rich).min(1),
});
const OpenUrl = z.strictObject({
  type: z.literal('Action.OpenUrl'),
  title: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }),
});
const ShowCard = z.strictObject({
  type: z.literal('Action.ShowCard'),
  title: z.string().min(1),
  card: z.strictObject({ type: z.literal('AdaptiveCard'), actions: z.array(OpenUrl).min(1).max(6) }),
});

const Body = z.strictObject({
  type: z.literal('message'),
  summary: z.string().min(1),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null(),
        content: z.strictObject({
          $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
          type: z.literal('AdaptiveCard'),
          version: z.literal('1.4'),
          fallbackText: z.string(),
          msteams: z.strictObject({ width: z.literal('Full') }),
          body: z.array(z.discriminatedUnion('type', [Rich, Image, Container])).min(1),
          actions: z.array(z.discriminatedUnion('type', [OpenUrl, ShowCard])).max(6),
        }),
      }),
    )
    .length(1),
});

/** A workflow: takes a card, and answers before it has posted it. */
export function fakeTeams(): (request: FakeRequest) => { status: number } {
  return (request) => {
    expect(request).toMatchObject({ method: 'POST', path: '/workflows/1/triggers/manual/paths/invoke' });
    expect(request.query.get('sig')).toBe('s3cr3t-sig');
    expect(request.headers['content-type']).toBe('application/json');
    expect(request.body.length).toBeLessThanOrEqual(28 * 1024);
    Body.parse(request.json());
    return { status: 202 };
  };
}

export const flowOptions = (origin: string): Record<string, unknown> => ({
  url: `${origin}/workflows/1/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sv=1.0&sig=s3cr3t-sig`,
});

export const kits: ChannelKit[] = [
  {
    name: 'teams',
    options: flowOptions,
    secrets: ['s3cr3t-sig'],
    http: fakeTeams,
    golden: { 'json.txt': (message) => json(renderTeams(message)) },
  },
];

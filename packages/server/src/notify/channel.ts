import { ChannelConfig } from '@leeway/contract';
import type { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { Message } from './message.ts';

/** Why a message did not go out. A small closed set, so that it can be a label of a metric. */
export type FailureReason = 'auth' | 'rate_limited' | 'server' | 'network' | 'deadline' | 'rejected';

/** What a channel says of a try. It judges; whether and when to try again is decided in one place, notify/deliver.ts. */
export type Outcome =
  | {
      outcome: 'sent';
      note?: string;
      /** What the service calls the message (`ts` and channel of Slack, id of an incident): kept for the group, see `ChannelIo.receipt`. */
      receipt?: Receipt;
    }
  | { outcome: 'retry' | 'permanent'; reason: FailureReason; detail: string; retryAfterMs?: number };

/** Names of one group's messages at a service, by which they are answered, edited or closed later. */
export type Receipt = Record<string, string>;

/** What a channel may use of the world. */
export interface ChannelIo {
  outbound: Outbound;
  clock: Clock;
  /** Where the console channel writes. */
  write: (text: string) => void;
  /** Milliseconds that a try may take. */
  timeoutMs: number;
  signal: AbortSignal;
  /** The same on every try, so that a receiver can tell a repetition. */
  deliveryId: string;
  /** What the last message of this group to this channel left behind; null for the first, and after all was resolved. */
  receipt: Receipt | null;
  /** The picture of the message's first alert, drawn when it is first asked for; null where there is nothing to draw. */
  chart: () => Promise<ChartImage | null>;
}

export interface ChartImage {
  /** PNG. */
  png: Buffer;
  /** What it shows, in words. */
  alt: string;
  /** Where services that fetch pictures by themselves get it (signed, for some days); null if nobody outside reaches us. */
  url: string | null;
}

/** What a channel makes of a message: see `Channel.preview`. */
export interface Preview {
  /** Such as application/json or text/plain. */
  contentType: string;
  /** Where the channel sends one apart from the body. */
  subject?: string;
  body: string;
}

/** A preview of a body that is sent as JSON. */
export const previewJson = (body: unknown): Preview => ({
  contentType: 'application/json',
  body: JSON.stringify(body, null, 2),
});

/** A kind of channel: one folder in notify/channels and one line in its index. */
export interface Channel<Options extends z.ZodObject = z.ZodObject> {
  type: string;
  label: string;
  description: string;
  options: Options;
  /** Whether whoever has the address may post: then 401, 404 and 410 say that it was taken away, and nothing more is sent. */
  addressIsKey?: boolean;
  /** Whether the service takes an acknowledgement, or shows it, and calls nobody: then it is told of each at once, with the reason "acknowledged". */
  acknowledges?(options: z.infer<Options>): boolean;
  /** Whether a person must approve the message first, since everybody will see it. `receipt` as in `ChannelIo`. */
  needsApproval?(message: Message, options: z.infer<Options>, receipt: Receipt | null): boolean;
  /**
   * What `deliver` would send of the message, without sending it: the body that the service gets, as a person can read it.
   * Pure, made by the same renderer, and without the secrets of the options. A picture is left out, or said to be there.
   */
  preview(message: Message, options: z.infer<Options>): Preview;
  deliver(message: Message, options: z.infer<Options>, io: ChannelIo): Promise<Outcome>;
}

/** Of an entry of the configuration, the keys that belong to the channel's type: all but those that every channel has. */
export function channelOptions(config: ChannelConfig): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !(key in ChannelConfig.shape)));
}

/** Keeps the type of the options between the schema and `deliver`, and forgets it for the registry. */
export const defineChannel = <Options extends z.ZodObject>(channel: Channel<Options>): Channel =>
  channel as unknown as Channel;

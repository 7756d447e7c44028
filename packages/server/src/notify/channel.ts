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

/** A kind of channel: one folder in notify/channels and one line in its index. */
export interface Channel<Options extends z.ZodObject = z.ZodObject> {
  type: string;
  label: string;
  description: string;
  options: Options;
  deliver(message: Message, options: z.infer<Options>, io: ChannelIo): Promise<Outcome>;
}

/** Keeps the type of the options between the schema and `deliver`, and forgets it for the registry. */
export const defineChannel = <Options extends z.ZodObject>(channel: Channel<Options>): Channel =>
  channel as unknown as Channel;

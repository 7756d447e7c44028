import type { ChannelHealth, Delivery, MessagePreview } from '@leeway/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { useAction } from './actions.ts';
import { query, request } from './http.ts';

/** Channels, and the messages that went there. */

const id = encodeURIComponent;

export const channelsQuery = queryOptions({
  queryKey: ['channels', null],
  queryFn: () => request<{ channels: ChannelHealth[] }>('/channels').then(({ channels }) => channels),
});

export interface DeliveryFilter {
  channel?: string | undefined;
  state?: Delivery['state'] | undefined;
}

/** Messages, the newest first, page by page. */
export const deliveriesQuery = ({ channel, state }: DeliveryFilter = {}) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', null, channel, state],
    queryFn: ({ pageParam: cursor }) =>
      request<{ deliveries: Delivery[]; next: string | null }>(
        `/deliveries${query({ channel, state, cursor, limit: '100' })}`,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages }) => pages.flatMap(({ deliveries }) => deliveries),
  });

const AFTER_DELIVERY = [['deliveries'], ['channels'], ['alerts'], ['audit']];

/** Answers when it is known how it went; a message that failed is an answer too. */
export const useTestChannel = () =>
  useAction((name: string) => request<Delivery>(`/channels/${id(name)}/test`, { method: 'POST' }), AFTER_DELIVERY);

export const useEnableChannel = () =>
  useAction(
    (name: string) => request<ChannelHealth>(`/channels/${id(name)}/enable`, { method: 'POST' }),
    AFTER_DELIVERY,
    ({ name }) => `${name} is used again.`,
  );

export const useRetryAll = () =>
  useAction(
    (name: string) => request<{ retried: string[] }>(`/channels/${id(name)}/retry`, { method: 'POST' }),
    AFTER_DELIVERY,
    ({ retried }) => `${retried.length} ${retried.length === 1 ? 'message is' : 'messages are'} sent once more.`,
  );

export const useRetryDelivery = () =>
  useAction(
    (delivery: string) => request<Delivery>(`/deliveries/${id(delivery)}/retry`, { method: 'POST' }),
    AFTER_DELIVERY,
    ({ channel }) => `The message is sent to ${channel} once more.`,
  );

export const useApproveDelivery = () =>
  useAction(
    (delivery: string) => request<Delivery>(`/deliveries/${id(delivery)}/approve`, { method: 'POST' }),
    AFTER_DELIVERY,
    ({ channel }) => `Approved: the message goes to ${channel}.`,
  );

/** What a channel would send of an alert, or of a sample; nothing is sent. */
export const previewQuery = (channel: string, alert?: string) =>
  queryOptions({
    queryKey: ['previews', null, channel, alert],
    queryFn: () => request<MessagePreview>('/channels/preview', { body: alert ? { channel, alert } : { channel } }),
  });

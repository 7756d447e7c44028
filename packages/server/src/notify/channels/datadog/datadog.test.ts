import { expect, test } from 'vitest';
import type { z } from 'zod';
import { startHttp, trySend } from '../../testdata/channel-kit.ts';
import { messages } from '../../testdata/messages.ts';
import { datadog, datadogOptionsAt, type EventV2, type Series } from './testdata/kit.ts';

test('the end has the aggregation key of the beginning, and is ok', async () => {
  const { origin, received } = await startHttp(datadog);
  await trySend('datadog', datadogOptionsAt(origin), messages.firing);
  await trySend('datadog', datadogOptionsAt(origin), messages.resolved);
  const [first, last] = received.map((request) => (request.json() as z.infer<typeof EventV2>).data.attributes);
  expect(first?.attributes).toMatchObject({ status: 'error', priority: '1' });
  expect(last?.attributes.status).toBe('ok');
  expect(last?.aggregation_key).toBe(first?.aggregation_key);
});

test('values go as gauges, after the event', async () => {
  const { origin, received } = await startHttp(datadog);
  expect(
    await trySend('datadog', datadogOptionsAt(origin, { metrics: true, tags: ['env:prod'] }), messages.mixed),
  ).toEqual({
    outcome: 'sent',
  });
  expect(received.map(({ path }) => path)).toEqual(['/api/v2/events', '/api/v2/series']);
  const { series } = received[1]!.json() as z.infer<typeof Series>;
  expect(series.map(({ metric, points }) => [metric, points[0].value])).toEqual([
    ['leeway.alert.firing', 1],
    ['leeway.alert.value', 0.7121],
    ['leeway.alert.firing', 0],
    ['leeway.alert.value', 0.124],
  ]);
  expect(series[1]!.tags).toEqual(expect.arrayContaining(['model:flights', 'metric:roc_auc', 'env:prod']));
});

test('metrics that are refused do not send the event again', async () => {
  const { origin, received } = await startHttp((request) =>
    request.path === '/api/v2/series' ? { status: 413, body: 'too large' } : datadog(request),
  );
  const outcome = await trySend('datadog', datadogOptionsAt(origin, { metrics: true }));
  expect(outcome).toMatchObject({ outcome: 'sent', note: expect.stringContaining('without metrics: HTTP 413') });
  expect(received).toHaveLength(2);
});

test('of 200 alerts those that fit are told, and the rest is counted', async () => {
  const { origin, received } = await startHttp(datadog);
  await trySend('datadog', datadogOptionsAt(origin), messages.huge);
  const { message } = (received[0]!.json() as z.infer<typeof EventV2>).data.attributes;
  const told = message.match(/^CRITICAL /gm)?.length ?? 0;
  expect(told).toBeGreaterThan(1);
  expect(message).toContain(`+ ${200 - told} more`);
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../notify/message.ts';
import { decode } from '../../store/json.ts';
import { stores } from '../../testing/stores.ts';
import { Story } from './testdata/story.ts';

const CONFIG = {
  channels: [
    { name: 'team', type: 'kept', to: 'team' },
    { name: 'pager', type: 'pagerduty', routingKey: 'a'.repeat(32) },
  ],
  routes: { channels: ['team', 'pager'], groupWait: '1m', groupInterval: '1m', repeatInterval: '30d' },
  models: [
    {
      name: 'flights',
      task: 'binary',
      columns: { features: { distance: { type: 'numeric' } }, score: 'score' },
      monitors: [{ name: 'daily' }],
      rules: [{ name: 'loss', metric: 'log_loss', above: 0.5, severity: 'critical' }],
    },
  ],
};

describe.each(stores())('acknowledgements passed on, on $name', (form) => {
  let story: Story;
  beforeEach(async () => {
    story = await Story.begin(form, CONFIG);
  });
  afterEach(() => story.end());

  const written = async () => {
    const deliveries = story.store.db.selectFrom('deliveries').select(['channel', 'reason', 'message']);
    return (await deliveries.orderBy('createdAt').orderBy('channel').execute()).map(({ channel, reason, message }) => {
      const { alerts } = decode<Message>(message as string);
      return `${channel} ${reason} ${alerts[0]?.acknowledgedBy ?? '-'}`;
    });
  };

  test('the service that knows them is told at once, the others are not', async () => {
    await story.measure(true);
    await story.pass(2);
    const id = await story.open();
    await story.alerting.acknowledge({ id, actor: 'ann' });
    // The second is no news.
    await story.alerting.acknowledge({ id, actor: 'ben' });
    await story.pass(3);
    expect(await written()).toEqual(['pager first -', 'team first -', 'pager acknowledged ann']);
    expect(story.heard()).toEqual(['1 team first']);
  });

  test('before anything was told there is nothing to pass on', async () => {
    await story.measure(true);
    await story.alerting.acknowledge({ id: await story.open(), actor: 'ann' });
    expect(await written()).toEqual([]);
    await story.pass(2);
    expect(await written()).toEqual(['pager first ann', 'team first ann']);
  });
});

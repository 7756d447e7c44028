import { expect, test } from 'vitest';
import { History } from '../alerting/testdata/history.ts';
import { stores } from '../testing/stores.ts';

test.each(stores())('on $name a dead letter that would begin what is over is not sent any more', async (form) => {
  const told = await History.begin(form, 'one');
  try {
    const { alerting } = told.replica;
    const failed = async () =>
      (await alerting.pageDeliveries({ channel: 'quiet', state: 'failed' })).deliveries.map(({ id }) => id);
    told.fallIll('quiet', 10, 'refuses');
    await told.measure(['auc', 'note']);
    await told.pass(20);
    const [one, two, ...others] = await failed();
    expect(others).toEqual([]);
    // What still goes on is told.
    expect(await alerting.retryDeliveries({ id: one!, actor: 'ann' })).toEqual([one]);
    await told.pass(1);
    expect(told.taken.filter(({ channel }) => channel === 'quiet').map(({ delivery }) => delivery)).toEqual([one]);

    await told.measure([]);
    await told.pass(20);
    expect(await failed()).toEqual([two]);
    await expect(alerting.retryDeliveries({ id: two!, actor: 'ann' })).rejects.toThrow('is over');
    expect(await alerting.retryDeliveries({ channel: 'quiet', actor: 'ann' })).toEqual([]);
    expect(await alerting.getDelivery(two!)).toMatchObject({ state: 'superseded' });
    const heard = told.taken.filter(({ channel }) => channel === 'quiet').map(({ message }) => message.reason);
    expect(heard).toEqual(['first', 'all resolved']);
  } finally {
    await told.end();
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreForm } from '../testing/stores.ts';
import { stores } from '../testing/stores.ts';
import { configured, MIN, RoutingStory, type RuleName } from './testdata/routing-story.ts';

const RULES: RuleName[] = ['quality', 'drift', 'auc', 'latency', 'page', 'note'];

type Step =
  | { does: 'measure'; firing: RuleName[] }
  | { does: 'silence'; rule: RuleName; minutes: number; untilResolved: boolean }
  | { does: 'acknowledge'; nth: number }
  | { does: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('measure' as const), firing: fc.subarray(RULES) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('silence' as const),
      rule: fc.constantFrom(...RULES),
      minutes: fc.integer({ min: 5, max: 200 }),
      untilResolved: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('acknowledge' as const), nth: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant({ does: 'restart' as const }) },
);
const history = fc.array(fc.record({ step, minutes: fc.integer({ min: 0, max: 90 }) }), {
  minLength: 5,
  maxLength: 25,
});

const config = () => {
  const base = configured({
    channels: [
      { name: 'ops', type: 'kept', to: 'ops' },
      { name: 'daily', type: 'kept', to: 'daily', digest: { every: 'hour', at: '00:30' } },
      { name: 'few', type: 'kept', to: 'few', rateLimit: { most: 2, per: '1h' } },
    ],
    inhibitions: [{ source: { rule: 'page' }, target: { rule: 'latency' }, equal: ['model'] }],
  });
  const routes = [
    { match: ['model=flights'], channels: ['ops', 'daily'], continue: true },
    { match: ['model=flights'], channels: ['few'], groupBy: ['rule'] },
  ];
  return { ...base, routes: { ...base.routes, routes } };
};

/** All that was said over a history, in order, until long after everything was well again. */
async function play(form: StoreForm, steps: { step: Step; minutes: number }[], restarts: boolean): Promise<string[]> {
  const told = await RoutingStory.begin(form, config());
  const { story } = told;
  try {
    for (const { step, minutes } of steps) {
      if (step.does === 'measure') await told.firing(...step.firing);
      if (step.does === 'restart' && restarts) await story.restart();
      if (step.does === 'silence') {
        const { rule, untilResolved } = step;
        const endsAt = story.clock.now() + step.minutes * MIN;
        await story.alerting.createSilence({ matchers: { rule }, endsAt, untilResolved, comment: '', actor: 'ann' });
      }
      if (step.does === 'acknowledge') {
        const alerts = (await story.alerting.listAlerts({ state: 'open' })).sort((a, b) => (a.id < b.id ? -1 : 1));
        const one = alerts[step.nth];
        if (one) await story.alerting.acknowledge({ id: one.id, actor: 'ann' });
      }
      await story.pass(story.minute() + minutes);
    }
    await told.firing();
    await story.pass(story.minute() + 3 * 1440);
    expect(endsOf(story.said)).toEqual([]);
    // Which of several groups gets the next place of a rate limit is anybody's turn: of `few` only the ends are looked at.
    const fixed = story.said.filter(({ channel }) => channel !== 'few');
    return fixed.map(({ minute, channel, message }) => {
      const alerts = message.alerts.map(({ id, state }) => `${id} ${state}`).sort();
      return `${minute} ${channel} ${message.group.key} ${message.reason}: ${alerts.join(', ')}`;
    });
  } finally {
    await story.end();
  }
}

/** What was announced and never ended. Along the way: an end is told once, and only of what was announced. */
function endsOf(said: RoutingStory['story']['said']): string[] {
  const believed = new Set<string>();
  for (const { channel, message } of said) {
    for (const { id, state } of message.alerts) {
      const name = `${channel} ${message.group.key} ${id}`;
      if (state === 'firing') believed.add(name);
      // A digest also tells of what began and ended since the last one.
      else if (!believed.delete(name) && message.reason !== 'digest') return [`an end without a beginning: ${name}`];
    }
  }
  return [...believed];
}

test.each(stores())(
  'restarts change nothing on $name, and whatever was announced is told of its end',
  async (form) => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const without = await play(form, steps, false);
        expect(new Set(without).size).toBe(without.length);
        expect((await play(form, steps, true)).toSorted()).toEqual(without.toSorted());
      }),
      { numRuns: Number(process.env['LEEWAY_TEST_RUNS'] ?? 6), seed: Number(process.env['LEEWAY_TEST_SEED'] ?? 7) },
    );
  },
  300_000,
);

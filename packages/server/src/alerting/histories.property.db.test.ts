import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../notify/message.ts';
import { decode } from '../store/json.ts';
import { type StoreForm, stores } from '../testing/stores.ts';
import { History, type Illness, type Manner, MIN, RULE_NAMES, type RuleName, START } from './testdata/history.ts';

/** Something that happens, and how many minutes pass after it. */
type Step = { minutes: number } & (
  | { does: 'measure'; broken: RuleName[] }
  | { does: 'labels'; back: number; broken: boolean; final: boolean }
  | { does: 'silence'; rule: RuleName; lasts: number; untilResolved: boolean; tellStart: boolean }
  | { does: 'end silence'; nth: number }
  | { does: 'acknowledge'; nth: number; lasts: number | null }
  | { does: 'give back'; nth: number }
  | { does: 'configure'; variant: number }
  | { does: 'fall ill'; channel: string; lasts: number; how: Illness }
  | { does: 'jump'; by: number }
  | { does: 'restart' }
);

const does = <D extends Step['does']>(name: D) => fc.constant(name);
const minutes = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 90 }) },
  { weight: 1, arbitrary: fc.integer({ min: 91, max: 400 }) },
);
const rule = fc.constantFrom(...RULE_NAMES);
const nth = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ does: does('measure'), minutes, broken: fc.subarray(RULE_NAMES) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ does: does('labels'), minutes },
      ...{ back: fc.nat(3), broken: fc.boolean(), final: fc.boolean() },
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ does: does('silence'), minutes, rule },
      ...{ lasts: fc.integer({ min: 5, max: 300 }), untilResolved: fc.boolean(), tellStart: fc.boolean() },
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: does('end silence'), minutes, nth }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...{ does: does('acknowledge'), minutes, nth },
      lasts: fc.option(fc.integer({ min: 1, max: 120 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: does('give back'), minutes, nth }) },
  { weight: 1, arbitrary: fc.record({ does: does('configure'), minutes, variant: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ does: does('fall ill'), minutes, lasts: fc.integer({ min: 1, max: 200 }) },
      channel: fc.constantFrom('ops', 'daily', 'few', 'ann', 'backup'),
      how: fc.constantFrom<Illness>('unreachable', 'answer lost', 'busy', 'rate limited', 'refuses'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: does('jump'), minutes, by: fc.integer({ min: -10, max: 600 }) }) },
  { weight: 3, arbitrary: fc.record({ does: does('restart'), minutes: fc.constant(0) }) },
);
const steps = fc.array(step, { minLength: 4, maxLength: 24, size: 'max' });

/** Of a history that was played: what is the same in whatever manner it was worked on. */
interface Outcome {
  /** Messages that were taken, each once. */
  said: string[];
  alerts: string[];
  log: string[];
  /** What must never be; empty. */
  wrong: string[];
}

interface Span {
  rule: RuleName;
  from: number;
  to: number;
}

async function play(form: StoreForm, manner: Manner, history: readonly Step[]): Promise<Outcome> {
  const told = await History.begin(form, manner);
  try {
    const silences: (Span & { id: string })[] = [];
    for (const step of history) {
      // Where two work at the same time, people and windows come in the midst of it.
      const amidst = manner === 'together' && step.does !== 'restart' && step.does !== 'jump';
      await Promise.all([amidst && told.work(), take(told, step, silences)]);
      await told.pass(step.minutes);
    }
    await told.measure([]);
    await told.pass(10);
    await told.measure([]);
    await told.pass(4 * 1440);
    return await outcomeOf(told, silences);
  } finally {
    await told.end();
  }
}

async function take(told: History, step: Step, silences: (Span & { id: string })[]): Promise<void> {
  const now = told.clock.now();
  const actor = 'ann';
  const openAlert = async (nth: number) => {
    const alerts = await told.replica.alerting.listAlerts({ state: 'open' });
    return alerts.map(({ id }) => id).sort()[nth];
  };
  if (step.does === 'measure') await told.measure(step.broken);
  if (step.does === 'labels') await told.labels(step.back, step.broken, step.final);
  if (step.does === 'silence') {
    const { rule, untilResolved, tellStart } = step;
    const endsAt = now + step.lasts * MIN;
    const made = await told.replica.alerting.createSilence({
      ...{ matchers: { rule }, endsAt, untilResolved, tellStart, comment: '', actor },
    });
    // One that ends by itself may end at any time.
    silences.push({ id: made.id, rule, from: now, to: untilResolved ? now : endsAt });
  }
  if (step.does === 'end silence') {
    const silence = silences[step.nth];
    const known = await told.replica.alerting.listSilences();
    if (silence && known.some(({ id }) => id === silence.id)) {
      await told.replica.alerting.expireSilence({ id: silence.id, actor });
      silence.from = Math.min(silence.from, now);
      silence.to = Math.min(silence.to, now);
    }
  }
  if (step.does === 'acknowledge') {
    const id = await openAlert(step.nth);
    const until = step.lasts === null ? null : now + step.lasts * MIN;
    if (id) await told.replica.alerting.acknowledge({ id, actor, until });
  }
  if (step.does === 'give back') {
    const id = await openAlert(step.nth);
    if (id) await told.replica.alerting.unacknowledge({ id, actor });
  }
  if (step.does === 'configure') await told.configure(step.variant);
  if (step.does === 'fall ill') told.fallIll(step.channel, step.lasts, step.how);
  if (step.does === 'jump') await told.jump(step.by);
  if (step.does === 'restart') await told.restart();
}

async function outcomeOf(told: History, silences: readonly Span[]): Promise<Outcome> {
  const { db } = told.replica.store;
  const alerts = await db.selectFrom('alerts').selectAll().orderBy('id').execute();
  const rows = await db.selectFrom('deliveries').selectAll().execute();
  const log = await db.selectFrom('notificationLog').selectAll().execute();
  const jobs = await db.selectFrom('jobs').selectAll().where('state', '=', 'dead').execute();
  const deliveries = rows.map((row) => ({ ...row, message: decode<Message>(row.message as string) }));
  const wrong: string[] = [];
  for (const { id, state } of alerts) if (state !== 'resolved') wrong.push(`${id} is ${state} though all is well`);
  for (const { kind, key, error } of jobs) wrong.push(`the job ${kind} ${key} is put aside: ${error}`);
  for (const { id, state } of deliveries) {
    if (state === 'queued') wrong.push(`${id} has not been sent in days`);
  }

  const firsts = told.taken.filter(({ delivery }, i) => told.taken.findIndex((one) => one.delivery === delivery) === i);
  for (const one of told.taken) {
    const first = firsts.find(({ delivery }) => delivery === one.delivery)!;
    const same = first.channel === one.channel && JSON.stringify(first.message) === JSON.stringify(one.message);
    if (!same) wrong.push(`${one.delivery} says something else the second time`);
  }

  // Of each channel and group: what it believes to be firing, after all that it took in the order in which it took it.
  const believed = new Map<string, string>();
  for (const { channel, delivery, message } of firsts) {
    for (const { id, state } of message.alerts) {
      const name = `${channel} ${message.group.key} ${id}`;
      if (state === 'firing') believed.set(name, delivery);
      else if (!believed.delete(name) && message.reason !== 'digest' && !mayBeUnheard(channel, message, id)) {
        wrong.push(`an end without a beginning: ${name} in ${delivery}`);
      }
    }
  }
  /** Whether the service has refused a message that told of it: nothing more can be done. */
  function mayBeUnheard(channel: string, { group }: Message, alert: string): boolean {
    return deliveries.some(
      (row) =>
        row.channel === channel &&
        row.groupKey === group.key &&
        (row.state === 'failed' || row.failoverOf !== null) &&
        row.message.alerts.some(({ id }) => id === alert),
    );
  }
  for (const [name, delivery] of believed) {
    const { channel, message } = firsts.find((one) => one.delivery === delivery)!;
    const alert = name.split(' ').at(-1)!;
    if (channel !== 'mute' && !mayBeUnheard(channel, message, alert)) wrong.push(`never told of the end: ${name}`);
  }

  const endings = await db
    .selectFrom('alertHistory')
    .selectAll()
    .where('toState', 'in', ['resolved', 'pending'])
    .execute();
  for (const { id, createdAt, reason, message } of deliveries) {
    for (const alert of message.alerts.filter(({ state }) => state === 'resolved')) {
      // The clock may have been set back meanwhile.
      const ended = endings.some((entry) => entry.alert === alert.id && entry.at <= createdAt + 60 * MIN);
      if (!ended) wrong.push(`${id} (${reason}) tells of an end of ${alert.rule}, which goes on`);
    }
  }
  for (const { id, createdAt, failoverOf, reason, message } of deliveries) {
    if (failoverOf !== null || reason === 'silence started') continue;
    const hour = new Date(createdAt).getUTCHours();
    for (const alert of message.alerts.filter(({ state }) => state === 'firing')) {
      const silenced = silences.some(
        ({ rule, from, to }) => rule === alert.rule && from <= createdAt && createdAt < to,
      );
      if (silenced) wrong.push(`${id} (${reason}) tells of ${alert.rule}, which is silenced`);
      if (alert.rule === 'latency' && hour === 3) wrong.push(`${id} (${reason}) tells of latency, in maintenance`);
    }
  }

  const minute = (at: number) => (at - START) / MIN;
  const about = ({ reason, group, alerts }: Message) =>
    `${group.key} ${reason}: ${alerts
      .map(({ rule, id, state }) => `${rule} ${id} ${state}`)
      .sort()
      .join(', ')}`;
  return {
    said: firsts.map(({ at, channel, message }) => `${minute(at)} ${channel} ${about(message)}`).sort(),
    alerts: alerts.map(
      ({ id, rule, firedAt, resolvedAt, certainty, acknowledgedBy }) =>
        `${rule} ${id}: ${firedAt} to ${resolvedAt}, ${certainty}, ${acknowledgedBy}`,
    ),
    log: log
      .map(
        ({ key, channel, at, reason, why, delivery }) => `${minute(at)} ${channel} ${key} ${reason} ${why} ${delivery}`,
      )
      .sort(),
    wrong,
  };
}

const RUNS = Number(process.env['LEEWAY_TEST_RUNS'] ?? 4);
const seed = Number(process.env['LEEWAY_TEST_SEED'] ?? 7);

test.each(stores())(
  'on $name no restart, no crash and no second replica makes a difference to what is told, and nothing is told wrongly',
  async (form) => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const { wrong, ...plain } = await play(form, 'one', history);
        expect(wrong).toEqual([]);
        // A pool of PostgreSQL can't be cut off within a process; notify/kill.db.test.ts kills whole ones.
        const crashes = form.name === 'sqlite' ? (['crashes'] as const) : [];
        for (const manner of ['restarts', 'turns', ...crashes] as const) {
          const { wrong, ...other } = await play(form, manner, history);
          expect({ manner, wrong }).toEqual({ manner, wrong: [] });
          // Which of several messages is tried first at a service that is ill depends on the machine, and one that may have got
          // through before the process died is not given up for its end. What was decided is the same all the same.
          const ill = history.some((step) => step.does === 'fall ill');
          const same = ill && (manner === 'crashes' || form.name === 'postgres') ? { said: [] } : {};
          expect({ manner, ...other, ...same }).toEqual({ manner, ...plain, ...same });
        }
      }),
      { numRuns: RUNS, seed },
    );
  },
  600_000,
);

test.each(stores().filter(({ name }) => name === 'postgres'))(
  'on $name two replicas that work at the same time tell nothing wrongly',
  async (form) => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        expect((await play(form, 'together', history)).wrong).toEqual([]);
      }),
      { numRuns: RUNS, seed },
    );
  },
  600_000,
);

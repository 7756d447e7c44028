import { Silence } from '@leeway/contract';

/** Around the time of the browser, so that some are in force, to come and over. */
const HOUR_MS = 3_600_000;
const away = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

const silence = (given: Partial<Silence> & { from: number; to: number }): Silence => {
  const { from, to, ...rest } = given;
  return Silence.parse({
    ...{ kind: 'silence', automatic: false, untilResolved: false, expireWhenIdle: null },
    ...{ tellStart: false, tellEnd: true, createdBy: 'jonas', comment: '' },
    ...{ startsAt: away(from), endsAt: away(to) },
    ...rest,
  });
};

export const silences: Silence[] = [
  silence({
    ...{ id: 's1', from: -30, to: 6, matchers: { model: 'flights-late', rule: 'slow' } },
    comment: 'gateway is moved to new hardware',
  }),
  silence({
    ...{ id: 's2', from: -50, to: 2_000, untilResolved: true, expireWhenIdle: '2d', createdBy: 'mira' },
    matchers: ['model=~flights-.*', 'column="carrier, marketing"', 'severity!=critical'],
    comment: 'The airline was renamed; training knows the new name from the next run on. <b>See</b> the ticket.',
  }),
  silence({
    ...{ id: 'grace/flights-late/v3', kind: 'grace', automatic: true, createdBy: 'leeway', from: -3, to: 45 },
    matchers: { model: 'flights-late' },
    comment: 'version v3 serves since then: drift is expected, and not told of',
  }),
  silence({
    ...{ id: 'maintenance/nightly', kind: 'maintenance', automatic: true, createdBy: 'leeway', from: 9, to: 11 },
    ...{ matchers: { team: 'warehouse' }, comment: 'in the configuration' },
  }),
  silence({
    ...{ id: 's3', kind: 'maintenance', from: 70, to: 76, matchers: ['model=churn-b2c'] },
    ...{ comment: 'move of the feature store', tellStart: true, createdBy: 'mira' },
  }),
  silence({
    ...{
      id: 's0',
      from: -800,
      to: -700,
      matchers: { model: 'flights-late', rule: 'out-of-range', column: 'distance' },
    },
    comment: 'the feed sends kilometres; its owner repairs it',
  }),
];

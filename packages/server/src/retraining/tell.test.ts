import { type Run, ToldOf } from '@leeway/contract';
import { expect, it } from 'vitest';
import { gateResult } from './gates/gate-result.ts';
import { messageOfRun } from './tell.ts';

const AT = Date.parse('2026-03-10T12:00:00Z');
const at = new Date(AT).toISOString();

/** A run with everything that a message may tell; what a person wrote is hostile. */
const run = (state: Run['state']): Run =>
  ({
    ...{ id: 'run_1', model: 'churn', state, trigger: 'alert:error-grown', reason: 'log loss rose\n\u0007twice' },
    ...{ asked: [], passedOver: [], alert: 'al_1', champion: 'v3', challenger: 'v4', params: {}, executions: [] },
    dataset: { hash: '9f2c41be07aa55', trainRows: 12_000, holdoutRows: 3_000 } as Run['dataset'],
    gates: [
      gateResult(
        { type: 'compare' },
        {
          metric: 'log_loss',
          verdict: 'pass',
          reason: 'above_margin',
          statement: 'log loss is lower by 0.012 at least',
        },
      ),
    ],
    ...{ firstPromotion: false, decision: null, decidedBy: null, comment: null, log: '' },
    error: state === 'failed' ? { code: 'trainer_failed', detail: 'no such column\nand more' } : null,
    ...{ createdAt: at, begunAt: at, updatedAt: at, expiresAt: '2026-03-17T12:00:00.000Z', endedAt: null },
  }) as Run;

const told = (what: ToldOf) => {
  const state = what === 'breaker_opened' ? 'failed' : what;
  const input = { severity: 'info' as const, at: AT, publicUrl: 'https://leeway.example.org/', key: 'run:run_1' };
  return messageOfRun(run(state), what, {
    ...input,
    links: [{ label: 'Approve', url: 'https://leeway.example.org/act/x' }],
  });
};

it('says what happened, what serves, why it began, on which data and what was shown', async () => {
  const all = ToldOf.options.map((what) => {
    const { subject, lines, links } = told(what);
    return [subject, ...lines.map((line) => `  ${line}`), `  ${links.map(({ url }) => url).join(' ')}`].join('\n');
  });
  await expect(`${all.join('\n\n')}\n`).toMatchFileSnapshot('golden/messages.txt');
});

it.each(ToldOf.options)('%s: one line each, without control characters, and no alert', (what) => {
  const { subject, lines, alerts, status } = told(what);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  for (const line of [subject, ...lines]) expect(line).not.toMatch(/[\u0000-\u001f]/);
  expect([alerts, status]).toEqual([[], 'note']);
});

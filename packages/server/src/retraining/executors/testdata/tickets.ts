import { ManualClock } from '../../../platform/clock.ts';
import { createLogger } from '../../../platform/log.ts';
import { createOutbound } from '../../../platform/outbound.ts';
import type { ExecutorContext, Ticket } from '../executor.ts';

const NOW = Date.parse('2001-01-10T00:10:30Z');
const HOUR = 3_600_000;
const KEY = 'lw-0123456789abcdef';
const REASON = 'roc_auc fell to 0.61 (rule "auc-low")';

/** A training as any run may ask for, with texts that a shell or a template would trip over. */
export const ticket: Ticket = {
  key: KEY,
  run: 'run_1',
  model: 'flights',
  trial: 0,
  reason: REASON,
  env: {
    LEEWAY_RUN_ID: 'run_1',
    LEEWAY_TRAINING: KEY,
    LEEWAY_MODEL: 'flights',
    LEEWAY_REASON: REASON,
    LEEWAY_TRIAL: '0',
    LEEWAY_PARAMS: '{"trees":200,"note":"50 % \\"off\\" $HOME {{ ds }}"}',
    LEEWAY_URL: 'https://leeway.example.org',
    LEEWAY_CHAMPION_VERSION: 'v7',
    LEEWAY_OUTPUT: '',
  },
  token: 's3cr3t-training-token',
  dir: '/nonexistent',
  attempt: 1,
  createdAt: NOW,
  deadline: NOW + HOUR,
};

/** What an executor may use, some time after the training was asked for; peers may be on loopback. */
export const contextOf = (laterMs = 0): ExecutorContext => ({
  clock: new ManualClock(NOW + laterMs),
  log: createLogger('silent'),
  outbound: createOutbound({ allow: () => ['127.0.0.0/8'] }),
  signal: new AbortController().signal,
});

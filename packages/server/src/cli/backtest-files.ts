import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backtest, type BacktestRequest, durationMs, LeewayError, RouteConfig } from '@leeway/contract';
import { z } from 'zod';
import { backtestDocument } from '../alerting/backtest/backtest-document.ts';
import { loadFiles, playFiles, type Stage } from '../alerting/backtest/play-files.ts';
import { readBacktestInput } from '../alerting/backtest/read-input.ts';
import { runBacktest } from '../alerting/backtest/run-backtest.ts';
import { App, PLUGINS } from '../app/app.ts';
import { checkConfig, rawDocument } from '../config/load.ts';
import { ManualClock } from '../platform/clock.ts';
import { createLogger } from '../platform/log.ts';

export interface BacktestFiles {
  /** The configuration as written. */
  document: unknown;
  model: string;
  request: BacktestRequest;
  files: { predictions: string; labels: string | null; labelTime: string | null; labelDelay: string };
  /** Last day of the reference, instead of that of the model. */
  referenceUntil: string | null;
  onProgress?: (text: string, done: number, total: number) => void;
}

/** What is said of the channels that matters to how often they speak; secrets are neither needed nor looked up. */
const Speaking = z.array(
  z.looseObject({ name: z.string(), type: z.string(), sendResolved: z.boolean().default(true) }),
);

/**
 * Replays rules over files, without a server: a Leeway in a folder of its own takes the rows in at their times under a clock
 * turned by hand, so that what is measured is what production would have measured then.
 */
export async function backtestFiles(given: BacktestFiles): Promise<Backtest> {
  const { model: name, request, onProgress } = given;
  const folder = await mkdtemp(join(tmpdir(), 'leeway-backtest-'));
  try {
    const windows = (request.sweep?.values['window'] ?? []).map(String);
    const document = backtestDocument(given.document, name, {
      ...{ windows, rule: request.sweep?.rule ?? null, referenceUntil: given.referenceUntil, from: '1970-01-01' },
    });
    const model = (await checkConfig(rawDocument(document), PLUGINS)).models[0]!;
    const clock = new ManualClock(0);
    const log = createLogger(process.env['LEEWAY_LOG_LEVEL'] ?? 'error');
    const app = await App.open({
      ...{
        config: rawDocument(withoutRules(document)),
        dataDir: join(folder, 'data'),
        port: 0,
        clock,
        log,
        write: () => {},
      },
    });
    try {
      const { ctx, services } = app;
      const { store, warehouse } = ctx;
      const stage: Stage = {
        ...{ clock, store, warehouse, folder: join(folder, 'files'), ingest: services.ingest },
        settle: () => app.settle(),
      };
      const { predictions, labels, labelTime, labelDelay } = given.files;
      const files = await loadFiles(stage, model, {
        ...{ predictions, labels, labelTime, labelDelayMs: durationMs(labelDelay) },
      });
      const lengths = model.monitors.map(({ window }) => durationMs(window));
      const waits = model.monitors.map(
        ({ window, maturity }) =>
          durationMs(window) + Math.max(durationMs(maturity.delay), durationMs(maturity.timeout)),
      );
      const rejected = await playFiles(stage, {
        ...{ model, files, stepMs: Math.min(...lengths), tailMs: Math.max(...waits) + 3_600_000 },
        onProgress: (done, total) => onProgress?.('measuring the files', done, total),
      });
      if (rejected.count >= files.predictions) {
        throw new LeewayError(
          'file_unreadable',
          `${predictions}: no row could be taken in; the first: ${rejected.first}`,
        );
      }
      const input = await readBacktestInput(ctx, model, request);
      const result = await runBacktest(
        {
          ...input,
          routing: routingOf(given.document),
          pause: async (done, total) => onProgress?.('trying variants', done, total),
        },
        request,
      );
      if (rejected.count === 0) return result;
      const warning = `${rejected.count} rows of the files were turned away; the first: ${rejected.first}`;
      return { ...result, warnings: [warning, ...result.warnings] };
    } finally {
      await app.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The rules are replayed when all is measured; until then nobody needs to judge. */
const withoutRules = (document: Record<string, unknown>) => ({
  ...document,
  models: (document['models'] as Record<string, unknown>[]).map((model) => ({ ...model, rules: [] })),
});

function routingOf(document: unknown) {
  const { routes, channels } = document as { routes?: unknown; channels?: unknown };
  return { routes: RouteConfig.parse(routes ?? {}), channels: Speaking.parse(channels ?? []) };
}

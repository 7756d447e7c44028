import { setImmediate } from 'node:timers/promises';
import { Backtest, BacktestRequest } from '@leeway/contract';
import { z } from 'zod';
import { readBacktestInput } from '../../alerting/backtest/read-input.ts';
import { runBacktest } from '../../alerting/backtest/run-backtest.ts';
import { modelOf } from '../../context.ts';
import type { RoutePlugin } from '../server.ts';

/** What rules would have done over stored history. */
export const backtestRoutes: RoutePlugin = (app, { ctx }) => {
  app.post(
    '/models/:model/backtest',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'Replay rules over stored measurements, score them against incidents, and try other values',
        params: z.object({ model: z.string() }),
        body: BacktestRequest,
        response: { 200: Backtest },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      const input = await readBacktestInput(ctx, model, request.body);
      // A sweep may take a while: whoever else calls gets a turn between two variants.
      return runBacktest({ ...input, pause: () => setImmediate() }, request.body);
    },
  );
};

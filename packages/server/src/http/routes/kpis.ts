import { LeewayError } from '@leeway/contract';
import { z } from 'zod';
import { modelOf } from '../../context.ts';
import { relate } from '../../kpis/relation.ts';
import type { RoutePlugin } from '../server.ts';

const Correlation = z.object({
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  n: z.int(),
  effective: z.number().describe('What the pairs are worth as independent ones.'),
  reason: z.string(),
});
const Lagged = Correlation.extend({
  lag: z.int().describe('Windows by which the KPI follows the metric; below zero it goes before.'),
});

/** How KPIs go with the metrics of a model. Their points come in by POST, with predictions and labels. */
export const kpiRoutes: RoutePlugin = (app, { ctx }) => {
  app.get(
    '/models/:model/kpis/:kpi/relation',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'How a KPI and a metric move together over the windows of a monitor',
        description: "Spearman's rank correlation, also with the KPI some windows later or earlier. It shows no cause.",
        params: z.object({ model: z.string(), kpi: z.string() }),
        querystring: z.object({
          metric: z.string(),
          monitor: z.string().optional().describe('Default: the first.'),
          from: z.iso.datetime().optional().describe('Default: 90 days ago.'),
          to: z.iso.datetime().optional(),
          lags: z.coerce.number().int().min(0).max(30).default(7),
        }),
        response: {
          200: z.object({
            same: Correlation,
            strongest: Lagged.nullable(),
            lags: z.array(Lagged),
            points: z.array(
              z.object({ windowStart: z.string(), metric: z.number().nullable(), kpi: z.number().nullable() }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      const { kpi } = request.params;
      if (!model.kpis.some(({ name }) => name === kpi)) {
        const known = model.kpis.map(({ name }) => name).join(', ') || 'none';
        throw new LeewayError('unknown_kpi', `"${kpi}"; declared: ${known}`);
      }
      const { metric, monitor = model.monitors[0]?.name ?? '', from, to, lags } = request.query;
      const until = to ? Date.parse(to) : ctx.clock.now();
      return relate(ctx, {
        ...{ model: model.name, monitor, kpi, metric, to: until, mostLag: lags },
        from: from ? Date.parse(from) : until - 90 * 86_400_000,
      });
    },
  );
};

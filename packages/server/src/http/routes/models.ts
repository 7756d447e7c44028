import {
  Distribution,
  Mark,
  Measurement,
  MetricInfo,
  ModelConfig,
  ModelSummary,
  MonitorWindow,
} from '@leeway/contract';
import { z } from 'zod';
import { withoutSecrets } from '../../config/without-secrets.ts';
import { modelOf } from '../../context.ts';
import { distributionOf } from '../../monitoring/distribution.ts';
import { marksOf, summarizeModel } from '../../monitoring/fleet.ts';
import { readMeasurements } from '../../monitoring/measurements.ts';
import { metricsOf } from '../../monitoring/metrics.ts';
import { listWindows } from '../../monitoring/windows.ts';
import type { RoutePlugin } from '../server.ts';

const Params = z.object({ model: z.string() });
const When = z.iso.datetime({ offset: true }).or(z.iso.date());
/** A year by default: what a page shows. */
const Range = z.object({ from: When.optional(), to: When.optional() });

/** What is known of models: their state, measurements, windows, and what happened to them. */
export const modelRoutes: RoutePlugin = (app, { ctx, configuration }) => {
  const span = ({ from, to }: z.infer<typeof Range>) => {
    const end = to === undefined ? ctx.clock.now() + 86_400_000 : Date.parse(to);
    return { from: from === undefined ? end - 366 * 86_400_000 : Date.parse(from), to: end };
  };

  app.get(
    '/models',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'All models with their health',
        response: { 200: z.object({ models: z.array(ModelSummary) }) },
      },
    },
    async () => ({ models: await Promise.all(ctx.config().models.map((model) => summarizeModel(ctx, model))) }),
  );

  app.get(
    '/models/:model',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'A model and its configuration',
        params: Params,
        response: { 200: z.object({ summary: ModelSummary, config: ModelConfig }) },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      const { document } = await configuration.current();
      return { summary: await summarizeModel(ctx, model), config: withoutSecrets(model, document) };
    },
  );

  app.get(
    '/models/:model/measurements',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'Measurements, the latest revision of each',
        params: Params,
        querystring: Range.extend({
          metric: z
            .string()
            .optional()
            .describe('Metric ids, separated by commas; fairness.* for all that begin so. All by default.'),
          monitor: z.string().optional(),
          column: z.string().default('').describe('A column, empty for the whole, * for any.'),
          slice: z.string().default('').describe('Such as origin=ATL, empty for all rows, * for any.'),
          version: z.string().default('').describe('A version, empty for what served, * for any.'),
          revisions: z
            .enum(['latest', 'all'])
            .default('latest')
            .describe('Of each measurement the latest, or all there were.'),
        }),
        response: { 200: z.object({ measurements: z.array(Measurement) }) },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      const { metric, monitor, column, slice, version, revisions } = request.query;
      const metrics = metric?.split(',').filter((id) => id !== '');
      return {
        measurements: await readMeasurements(ctx.warehouse, {
          model: model.name,
          metrics,
          monitor,
          column,
          slice,
          version,
          allRevisions: revisions === 'all',
          ...span(request.query),
        }),
      };
    },
  );

  app.get(
    '/models/:model/metrics',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'Metrics that the model can have, and what they are',
        params: Params,
        response: { 200: z.object({ metrics: z.array(MetricInfo) }) },
      },
    },
    async (request) => ({ metrics: metricsOf(modelOf(ctx, request.params.model)) }),
  );

  app.get(
    '/models/:model/windows',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'Windows with their state and label coverage',
        params: Params,
        querystring: Range,
        response: { 200: z.object({ windows: z.array(MonitorWindow) }) },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      const { from, to } = span(request.query);
      return { windows: await listWindows(ctx.store.db, model.name, from, to) };
    },
  );

  app.get(
    '/models/:model/marks',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'Alerts, runs and versions on the time axis',
        params: Params,
        querystring: Range,
        response: { 200: z.object({ marks: z.array(Mark) }) },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      const { from, to } = span(request.query);
      return { marks: await marksOf(ctx, model.name, from, to) };
    },
  );

  app.get(
    '/models/:model/distributions/:column',
    {
      config: { access: 'read' },
      schema: {
        tags: ['models'],
        summary: 'A column now, beside the reference',
        params: Params.extend({ column: z.string() }),
        querystring: z.object({
          at: When.optional().describe('A time in the window; the latest closed one by default.'),
        }),
        response: { 200: Distribution },
      },
    },
    async (request) => {
      const model = modelOf(ctx, request.params.model);
      const { at } = request.query;
      return distributionOf(ctx, model, request.params.column, at === undefined ? undefined : Date.parse(at));
    },
  );
};

import { AlertsReview, durationMs, LeewayError, RulesReview, Suggestion, TimeZone } from '@leeway/contract';
import { z } from 'zod';
import {
  applyToDocument,
  getSuggestion,
  listSuggestions,
  makeSuggestions,
  markApplied,
} from '../../alerting/review/suggestions.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const DEFAULT_SPAN_MS = durationMs('4w');

const Span = z.object({
  from: z.iso.datetime().optional().describe('Default: four weeks ago.'),
  to: z.iso.datetime().optional().describe('Default: now.'),
  model: z.string().optional(),
});

/** What alerts were worth, and what would make them worth more. */
export const reviewRoutes: RoutePlugin = (app, { ctx, alerting, configuration }) => {
  const spanOf = ({ from, to, ...rest }: z.infer<typeof Span>) => {
    const end = to ? Date.parse(to) : ctx.clock.now();
    const start = from ? Date.parse(from) : end - DEFAULT_SPAN_MS;
    if (start >= end)
      throw new LeewayError('invalid_request', `from: expected a time before ${new Date(end).toISOString()}`);
    return { from: start, to: end, ...rest };
  };
  const query = Span.extend({ zone: TimeZone.optional().describe('By whose clock it is after hours.') });

  app.get(
    '/review/rules',
    {
      config: { access: 'read' },
      schema: {
        tags: ['review'],
        summary: 'Noise of every rule: alerts, messages, verdicts, times; rules that never or always fire',
        querystring: query,
        response: { 200: RulesReview },
      },
    },
    async (request) => alerting.reviewRules({ zone: request.query.zone, ...spanOf(request.query) }),
  );

  app.get(
    '/review/alerts',
    {
      config: { access: 'read' },
      schema: {
        tags: ['review'],
        summary: 'The same, with the alerts and what people said of them',
        querystring: query,
        response: { 200: AlertsReview },
      },
    },
    async (request) => alerting.reviewAlerts({ zone: request.query.zone, ...spanOf(request.query) }),
  );

  app.get(
    '/review/suggestions',
    {
      config: { access: 'read' },
      schema: {
        tags: ['review'],
        summary: 'Thresholds that were suggested, newest first',
        response: { 200: z.object({ suggestions: z.array(Suggestion) }) },
      },
    },
    async () => ({ suggestions: await listSuggestions(ctx.store.db) }),
  );

  app.post(
    '/review/suggestions',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['review'],
        summary: 'Look for thresholds that would have told what was useful, and less of what was noise',
        body: Span.extend({ model: z.string(), rule: z.string().optional() }),
        response: {
          200: z.object({
            suggestions: z.array(Suggestion),
            none: z.array(z.object({ rule: z.string(), reason: z.string() })).describe('Rules without, and why.'),
          }),
        },
      },
    },
    async (request) =>
      makeSuggestions(ctx, { ...spanOf(request.body), model: request.body.model, rule: request.body.rule }),
  );

  app.post(
    '/review/suggestions/:id/apply',
    {
      config: { access: 'admin' },
      schema: {
        tags: ['review'],
        summary: 'Set what was suggested: a revision of the configuration',
        params: z.object({ id: z.string() }),
        response: { 200: Suggestion },
      },
    },
    async (request) => {
      const { id } = request.params;
      const actor = actorOf(request);
      const suggestion = await getSuggestion(ctx.store.db, id);
      if (suggestion.appliedAt !== null)
        throw new LeewayError('wrong_state', `${id} was applied by ${suggestion.appliedBy} at ${suggestion.appliedAt}`);
      const { document } = await configuration.current();
      await configuration.apply(actor, applyToDocument(document, suggestion));
      return markApplied(ctx, { id, actor });
    },
  );
};

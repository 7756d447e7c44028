import { z } from 'zod';
import type { RoutePlugin } from '../server.ts';

/** Fetches in a minute, of all callers together: the link is its own permission, so that nobody is known to be counted. */
const MOST_A_MINUTE = 240;

/** Pictures of messages for services that fetch them by themselves, outside of /api/v1. */
export const installCharts: RoutePlugin = (app, { ctx, charts }) => {
  let minute = 0;
  let fetched = 0;
  app.get(
    '/charts/*',
    { config: { access: 'public' }, schema: { hide: true, params: z.object({ '*': z.string().max(2_000) }) } },
    async (request, reply) => {
      const now = Math.floor(ctx.clock.now() / 60_000);
      fetched = now === minute ? fetched + 1 : 1;
      minute = now;
      if (fetched > MOST_A_MINUTE) return reply.code(429).header('retry-after', '60').send();
      const [, token] = /^(.+)\.png$/.exec(request.params['*']) ?? [];
      const png = token === undefined ? null : await charts.behindLink(token);
      if (!png) return reply.code(404).send();
      return reply.type('image/png').header('cache-control', 'private, max-age=86400').send(png);
    },
  );
};

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import * as fixtures from './fixtures.ts';

/**
 * Answers /api/v1 with fixtures, for `npm run dev -w packages/web` and for pictures. Not part of the build. Actions answer what
 * they are about and change nothing; `FIXTURE=empty` has no model, `FIXTURE=anonymous` is not logged in.
 */
export function fixtureServer(mode = process.env['FIXTURE'] ?? 'full'): Plugin {
  return {
    name: 'leeway-fixture-server',
    configureServer(server) {
      server.middlewares.use('/api/v1', (request, response) => {
        const url = new URL(request.url ?? '/', 'http://fixture');
        if (url.pathname === '/events') return follow(request, response);
        const answer = mode === 'anonymous' ? ANONYMOUS : answerOf(url, mode);
        response.statusCode = answer.status;
        response.setHeader('content-type', answer.status < 400 ? 'application/json' : 'application/problem+json');
        response.end(JSON.stringify(answer.body));
      });
    },
  };
}

interface Answer {
  status: number;
  body: unknown;
}

const ANONYMOUS: Answer = {
  status: 401,
  body: {
    code: 'unauthenticated',
    title: 'No valid token came with the request',
    detail: '',
    remedy: '`leeway token create` makes one.',
  },
};

const ok = (body: unknown): Answer => ({ status: 200, body });
const unknown = (what: string): Answer => ({
  status: 404,
  body: {
    code: 'not_found',
    title: 'There is nothing at this address',
    detail: what,
    remedy: 'The addresses are listed at /api/docs.',
  },
});

function follow(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 2000\n\n');
  const event = {
    id: 1,
    at: new Date().toISOString(),
    name: 'ingest.progress',
    model: 'flights-late',
    data: { rows: 500 },
  };
  const timer = setInterval(() => response.write(`event: ${event.name}\ndata: ${JSON.stringify(event)}\n\n`), 3_000);
  request.on('close', () => clearInterval(timer));
}

function answerOf({ pathname, searchParams }: URL, mode: string): Answer {
  const [resource, id, part, column] = pathname.slice(1).split('/').map(decodeURIComponent);
  const models = mode === 'empty' ? [] : fixtures.models;
  const find = <T>(what: T | undefined) => (what ? ok(what) : unknown(pathname));
  switch (resource) {
    case 'session':
      return ok({ actor: 'mira', role: 'admin' });
    case 'models':
      if (id === undefined) return ok({ models });
      return part === undefined ? modelOf(id) : ofModel(id, part, column, searchParams);
    case 'alerts': {
      if (id === undefined) return ok({ alerts: fixtures.alerts.filter(wanted(searchParams)) });
      const alert = fixtures.alerts.find((one) => one.id === id);
      if (!alert) return unknown(pathname);
      return part === 'ack'
        ? ok(alert)
        : ok({ alert, history: fixtures.history, deliveries: fixtures.deliveries.slice(1) });
    }
    case 'runs':
      return id === undefined
        ? ok({ runs: fixtures.runs.filter(wanted(searchParams)) })
        : find(fixtures.runs.find((run) => run.id === id));
    case 'silences':
      return ok({ silences: fixtures.silences });
    case 'deliveries':
      return ok({ deliveries: fixtures.deliveries });
    case 'audit':
      return ok({ entries: fixtures.audit, firstBroken: null });
    default:
      return unknown(pathname);
  }
}

const wanted = (search: URLSearchParams) => (one: { model: string; state: string }) =>
  (search.get('model') ?? one.model) === one.model && (search.get('state') ?? one.state) === one.state;

function modelOf(name: string): Answer {
  const summary = fixtures.models.find((model) => model.name === name);
  const config = [fixtures.config, ...fixtures.otherConfigs].find((one) => one.name === name);
  return summary && config ? ok({ summary, config }) : unknown(name);
}

function ofModel(name: string, part: string, column: string | undefined, search: URLSearchParams): Answer {
  const own = name === fixtures.config.name;
  const within = ({ start }: { start: string }) =>
    start >= (search.get('from') ?? '') && start < (search.get('to') ?? '9');
  switch (part) {
    case 'measurements':
      return ok({ measurements: own ? measurementsOf(search) : [] });
    case 'metrics':
      return ok({ metrics: own ? fixtures.metrics : [] });
    case 'windows':
      return ok({ windows: own ? fixtures.windows.filter(within) : [] });
    case 'marks':
      return ok({
        marks: own ? fixtures.marks.filter(({ at, until }) => (until ?? at) >= (search.get('from') ?? '')) : [],
      });
    case 'distributions':
      return ok(fixtures.distribution(column ?? ''));
    case 'versions':
      return ok({ versions: own ? fixtures.versions : [] });
    case 'retrain':
      return ok(fixtures.runs[0]);
    default:
      return ok(fixtures.versions[0]);
  }
}

function measurementsOf(search: URLSearchParams) {
  const metrics = search.get('metric')?.split(',');
  const matches = (key: string, value: string) => [value, '*'].includes(search.get(key) ?? '');
  return fixtures.measurements.filter(
    ({ metric, column, slice, version, windowStart }) =>
      (metrics?.some((id) => (id.endsWith('*') ? metric.startsWith(id.slice(0, -1)) : metric === id)) ?? true) &&
      matches('column', column) &&
      matches('slice', slice) &&
      matches('version', version) &&
      windowStart >= (search.get('from') ?? '') &&
      windowStart < (search.get('to') ?? '9'),
  );
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Alert, Delivery } from '@leeway/contract';
import type { Plugin } from 'vite';
import { actions, comments, detailOf, explanationOf, schedulesAt } from './fixture-alert-detail.ts';
import { channels, heldDeliveries, preview, tested } from './fixture-channels.ts';
import { explanation, runbookOf } from './fixture-explain.ts';
import { datasetRecord, evaluation, status } from './fixture-retraining.ts';
import { backtest, rulesReview, suggestions } from './fixture-review.ts';
import { feedback, relationOf } from './fixture-signals.ts';
import { card, diff, importanceOf, keptCards, lineage, moves, plan, stages } from './fixture-versions.ts';
import * as fixtures from './fixtures.ts';

/**
 * Answers /api/v1 with fixtures, for `npm run dev -w packages/web` and for pictures. Not part of the build. Actions answer what
 * they are about and change nothing; `FIXTURE=empty` has no model, `FIXTURE=viewer` may only look, `FIXTURE=anonymous` is not logged in.
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
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      });
    },
  };
}

const allRuns = [...fixtures.runs, ...fixtures.otherRuns];

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

const UNEXPLAINED: Answer = {
  status: 404,
  body: {
    code: 'unknown_explanation',
    title: 'Nothing is kept of what this version goes by',
    detail: '',
    remedy: 'A gate of the type explain in retrain.gates makes each run keep it.',
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
  const [resource, id, part, column, rest] = pathname.slice(1).split('/').map(decodeURIComponent);
  const models = mode === 'empty' ? [] : fixtures.models;
  const find = <T>(what: T | undefined) => (what ? ok(what) : unknown(pathname));
  switch (resource) {
    case 'session':
      return ok({ actor: 'mira', role: mode === 'viewer' ? 'viewer' : 'admin' });
    case 'models':
      if (id === undefined) return ok({ models });
      if (part === 'versions' && column !== undefined) return ofVersion(column, rest, pathname);
      return part === undefined ? modelOf(id) : ofModel(id, part, column, searchParams);
    case 'alerts':
      return id === undefined ? alertPage(searchParams) : ofAlert(id, part, pathname);
    case 'actions':
      return id === undefined
        ? ok({ actions: actions.filter(({ alert }) => alert === searchParams.get('alert')) })
        : find(actions.find((one) => one.id === id));
    case 'on-call':
      return ok({ schedules: mode === 'empty' ? [] : schedulesAt(Date.now()) });
    case 'runs':
      if (part === 'evaluation') return id === evaluation.run ? ok(evaluation) : unknown(pathname);
      return id === undefined
        ? ok({ runs: allRuns.filter(wanted(searchParams)) })
        : find(allRuns.find((run) => run.id === id));
    case 'datasets':
      return find(id === datasetRecord.hash ? datasetRecord : undefined);
    case 'silences':
      return ok(id === undefined ? { silences: mode === 'empty' ? [] : fixtures.silences } : fixtures.silences[0]);
    case 'deliveries':
      return id === undefined ? deliveryPage(searchParams) : ok(heldDeliveries[0]);
    case 'channels':
      return ofChannel(id, part, mode);
    case 'review':
      return ofReview(id, part, searchParams, mode);
    case 'status':
      return ok({ version: '0.1.0', now: new Date().toISOString() });
    case 'audit':
      return ok({ entries: fixtures.audit, firstBroken: null });
    default:
      return unknown(pathname);
  }
}

/** Two pages, so that there is more to ask for. */
function alertPage(search: URLSearchParams): Answer {
  const state = search.get('state');
  const same = (key: 'model' | 'rule' | 'severity' | 'assignee') => (one: Alert) =>
    (search.get(key) ?? one[key] ?? '') === (one[key] ?? '');
  const muted = search.get('muted');
  const found = fixtures.alerts.filter(
    (one) =>
      (['model', 'rule', 'severity', 'assignee'] as const).every((key) => same(key)(one)) &&
      (state === 'open' ? one.state !== 'resolved' : (state ?? one.state) === one.state) &&
      (search.get('verdict') ?? one.verdict ?? 'none') === (one.verdict ?? 'none') &&
      (muted === null || (muted === 'true') === (one.muted !== null)),
  );
  const from = Number(search.get('cursor') ?? 0);
  const to = from + (search.has('limit') ? 4 : found.length);
  return ok({ alerts: found.slice(from, to), next: to < found.length ? String(to) : null });
}

function ofAlert(id: string, part: string | undefined, pathname: string): Answer {
  const detail = detailOf(id);
  if (!detail) return unknown(pathname);
  if (part === undefined) return ok(detail);
  if (part === 'explain') return ok(explanationOf(id));
  return ok(part === 'comments' ? comments[0] : detail.alert);
}

function deliveryPage(search: URLSearchParams): Answer {
  const same = (key: 'state' | 'channel') => (one: Delivery) => (search.get(key) ?? one[key]) === one[key];
  return ok({ deliveries: fixtures.deliveries.filter(same('state')).filter(same('channel')), next: null });
}

function ofChannel(id: string | undefined, part: string | undefined, mode: string): Answer {
  if (id === undefined) return ok({ channels: mode === 'empty' ? [] : channels });
  if (id === 'preview') return ok(preview);
  if (part === 'retry') return ok({ retried: heldDeliveries.map((one) => one.id) });
  if (part === 'enable') return ok(channels[0]);
  const failed = {
    ...tested,
    channel: id,
    state: 'failed',
    sentAt: null,
    error: 'connect ECONNREFUSED 203.0.113.9:443',
  };
  return ok(id === 'warehouse-hook' ? failed : { ...tested, channel: id });
}

function ofReview(what: string | undefined, id: string | undefined, search: URLSearchParams, mode: string): Answer {
  if (id !== undefined) return ok(suggestions[1]);
  const about = ({ model }: { model: string }) => (search.get('model') ?? model) === model;
  if (what === 'rules') return ok({ ...rulesReview, rules: mode === 'empty' ? [] : rulesReview.rules.filter(about) });
  const none = [{ rule: 'slow', reason: 'it wants three alerts that were judged, there are none' }];
  return ok({ suggestions: mode === 'empty' ? [] : suggestions, none });
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
    case 'feedback':
      return ok({ feedback: own ? feedback : [] });
    case 'kpis':
      return ok(relationOf(search.get('metric') ?? '', fixtures.measurements));
    case 'backtest':
      return ok(backtest);
    case 'retrain':
      return ok(fixtures.runs[0]);
    case 'retraining':
      return ok(status);
    case 'aliases':
      return ok({ moves });
    case 'rollback':
      return ok(plan);
    case 'runbook':
      return ok(runbookOf(search.get('rule')));
    case 'lessons':
      return ok(runbookOf('calibration').lessons[0]);
    case 'explain':
      return ok(explanation);
    default:
      return ok(fixtures.versions[0]);
  }
}

function ofVersion(name: string, part: string | undefined, pathname: string): Answer {
  const version = fixtures.versions.find((one) => one.version === name);
  if (!version) return unknown(pathname);
  switch (part) {
    case undefined:
      return ok(version);
    case 'stages':
      return ok({ stages });
    case 'lineage':
      return ok(lineage);
    case 'diff':
      return ok(diff);
    case 'card.md':
      return ok(card);
    case 'cards':
      return ok({ cards: keptCards });
    case 'explanation':
      return version.run === 'run-3' ? ok(importanceOf(name)) : UNEXPLAINED;
    default:
      return unknown(pathname);
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

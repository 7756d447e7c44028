import {
  Alert,
  AlertComment,
  AlertDetail,
  AlertExplanation,
  AlertState,
  Duration,
  durationMs,
  OnCallSchedule,
  parseMatcher,
  Severity,
  Verdict,
} from '@leeway/contract';
import { z } from 'zod';
import { whoIsOnCall } from '../../alerting/oncall/who.ts';
import { actorOf } from '../auth.ts';
import type { RoutePlugin } from '../server.ts';

const Id = z.object({ id: z.string() });

/** Alerts, and what was said of them and to whom. */
export const alertRoutes: RoutePlugin = (app, { ctx, alerting }) => {
  app.get(
    '/alerts',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'Alerts, newest first',
        querystring: z.object({
          model: z.string().optional(),
          rule: z.string().optional(),
          state: z
            .union([AlertState, z.literal('open')])
            .optional()
            .describe('open: all but resolved.'),
          severity: Severity.optional(),
          label: z
            .union([z.string(), z.array(z.string())])
            .refine((given) => [given].flat().every((text) => parseMatcher(text)), 'expected LABEL=VALUE, !=, =~ or !~')
            .optional()
            .describe('Matcher such as team=risk or column=~dep_.*; may be repeated.'),
          assignee: z.string().optional().describe("Empty for those that are nobody's."),
          verdict: z
            .union([Verdict, z.literal('none')])
            .optional()
            .describe('none: nobody has said anything yet.'),
          muted: z.enum(['true', 'false']).optional().describe('Whether people are kept from being told of it now.'),
          from: z.iso.datetime().optional().describe('Those that began at this time or later.'),
          to: z.iso.datetime().optional().describe('Those that began before.'),
          cursor: z.string().optional().describe('`next` of the page before.'),
          limit: z.coerce.number().int().min(1).max(1000).default(200),
        }),
        response: { 200: z.object({ alerts: z.array(Alert), next: z.string().nullable() }) },
      },
    },
    async (request) => {
      const { label, muted, from, to, ...filter } = request.query;
      return alerting.pageAlerts({
        ...filter,
        ...(label === undefined ? {} : { labels: [label].flat() }),
        ...(muted === undefined ? {} : { muted: muted === 'true' }),
        ...(from === undefined ? {} : { from: Date.parse(from) }),
        ...(to === undefined ? {} : { to: Date.parse(to) }),
      });
    },
  );

  app.get(
    '/alerts/:id',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'An alert with its history, comments, verdicts and messages',
        params: Id,
        response: { 200: AlertDetail },
      },
    },
    async (request) => alerting.getAlert(request.params.id),
  );

  app.get(
    '/alerts/:id/explain',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'Why it was told, or not told, to each channel',
        params: Id,
        querystring: z.object({ channel: z.string().optional().describe('Of one channel only.') }),
        response: { 200: AlertExplanation },
      },
    },
    async (request) => alerting.explain(request.params.id, request.query.channel),
  );

  app.post(
    '/alerts/:id/ack',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Say that someone has it in hand',
        params: Id,
        body: z.object({
          comment: z.string().max(2000).default(''),
          for: Duration.optional().describe('How long it holds. Default: onCall.acknowledgeFor.'),
          until: z.iso.datetime().nullable().optional().describe('When it ends; null: not by itself.'),
        }),
        response: { 200: Alert },
      },
    },
    async (request) => {
      const { comment: note, for: length, until } = request.body;
      const named = until === undefined || until === null ? until : Date.parse(until);
      const ends = length ? ctx.clock.now() + durationMs(length) : named;
      return alerting.acknowledge({
        id: request.params.id,
        actor: actorOf(request),
        note,
        ...(ends === undefined ? {} : { until: ends }),
      });
    },
  );

  app.post(
    '/alerts/:id/unack',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Give it back: it is repeated and escalates again',
        params: Id,
        body: z.object({ comment: z.string().max(2000).default('') }),
        response: { 200: Alert },
      },
    },
    async (request) =>
      alerting.unacknowledge({ id: request.params.id, actor: actorOf(request), note: request.body.comment }),
  );

  app.post(
    '/alerts/:id/assign',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Say whose it is',
        params: Id,
        body: z.object({
          assignee: z.string().min(1).max(100).nullable().describe("null: nobody's."),
          tell: z.boolean().default(false).describe('Whether the channels of the person are told.'),
        }),
        response: { 200: Alert },
      },
    },
    async (request) => alerting.assign({ id: request.params.id, actor: actorOf(request), ...request.body }),
  );

  app.post(
    '/alerts/:id/comments',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Comment on it',
        params: Id,
        body: z.object({ text: z.string().trim().min(1).max(4000) }),
        response: { 201: AlertComment },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await alerting.comment({ id: request.params.id, actor: actorOf(request), text: request.body.text })),
  );

  app.post(
    '/alerts/:id/verdict',
    {
      config: { access: 'operate' },
      schema: {
        tags: ['alerts'],
        summary: 'Say what it was worth; the last word counts',
        params: Id,
        body: z.object({ verdict: Verdict, comment: z.string().max(2000).default('') }),
        response: { 200: Alert },
      },
    },
    async (request) => alerting.judge({ id: request.params.id, actor: actorOf(request), ...request.body }),
  );

  app.get(
    '/on-call',
    {
      config: { access: 'read' },
      schema: {
        tags: ['alerts'],
        summary: 'Who is on call, and who is next',
        querystring: z.object({
          at: z.iso.datetime().optional().describe('Default: now.'),
          days: z.coerce.number().int().min(1).max(92).default(14).describe('How far to look ahead.'),
        }),
        response: { 200: z.object({ schedules: z.array(OnCallSchedule) }) },
      },
    },
    async (request) => {
      const { at, days } = request.query;
      return { schedules: whoIsOnCall(ctx.config(), at ? Date.parse(at) : ctx.clock.now(), days) };
    },
  );
};

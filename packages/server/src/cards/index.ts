import {
  type Dataset,
  type KeptCard,
  LeewayError,
  type Lesson,
  type ModelCard,
  type Run,
  type Runbook,
  type RunEvaluation,
  type VersionExplanation,
} from '@leeway/contract';
import { type Context, modelOf } from '../context.ts';
import { exponentialBackoff } from '../jobs/jobs.ts';
import { iso } from '../platform/clock.ts';
import { type CardWanted, WRITE_CARD } from '../registry/card-wanted.ts';
import { versionOf } from '../registry/versions.ts';
import { decode, encode } from '../store/json.ts';
import { buildCard } from './build-card.ts';

/** What is asked of other concepts; null where it is not on record. */
export interface CardPorts {
  runOf(id: string): Promise<Run | null>;
  datasetOf(hash: string): Promise<Dataset | null>;
  evaluationOf(run: string): Promise<RunEvaluation | null>;
  explanationOf(model: string, version: string): Promise<VersionExplanation | null>;
}

export type Cards = ReturnType<typeof registerCards>;

const MOST_LESSONS = 500;

/** Model cards, runbooks and lessons. Once per process, before the jobs start. */
export function registerCards(ctx: Context, ports: CardPorts) {
  const { db } = ctx.store;

  async function cardOf(model: string, version: string): Promise<ModelCard> {
    const declared = modelOf(ctx, model);
    const found = await versionOf(db, model, version);
    const run = found.run === null ? null : await ports.runOf(found.run);
    const hash = found.dataset?.hash;
    return buildCard({
      model: declared,
      version: found,
      run,
      dataset: hash === undefined ? null : await ports.datasetOf(hash),
      evaluation: run && (await ports.evaluationOf(run.id)),
      explanation: await ports.explanationOf(model, version),
      lessons: await lessonsOf(model),
      at: iso(ctx.clock.now()),
    });
  }

  async function lessonsOf(model: string): Promise<Lesson[]> {
    const rows = await db
      .selectFrom('lessons')
      .selectAll()
      .where('model', '=', model)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(MOST_LESSONS)
      .execute();
    return rows.map((row) => ({ ...row, at: iso(row.at) }));
  }

  ctx.jobs.define<CardWanted>(WRITE_CARD, {
    maxAttempts: 5,
    backoff: exponentialBackoff(2_000, 120_000),
    handler: async ({ payload: { model, version, occasion } }) => {
      if (!ctx.config().models.some(({ name }) => name === model)) return undefined;
      const card = await cardOf(model, version);
      return async (tx) => {
        await tx
          .insertInto('modelCards')
          .values({ model, version, at: ctx.clock.now(), occasion, document: encode(card) })
          .execute();
      };
    },
  });

  return {
    /** The card as the record is now. @throws LeewayError `unknown_model`, `unknown_version`. */
    cardOf,

    /** The cards that were kept with a version, the newest first. */
    async keptCards(model: string, version: string): Promise<KeptCard[]> {
      await versionOf(db, model, version);
      const rows = await db
        .selectFrom('modelCards')
        .selectAll()
        .where('model', '=', model)
        .where('version', '=', version)
        .orderBy('id', 'desc')
        .limit(50)
        .execute();
      return rows.map(({ id, at, occasion, document }) => ({
        id,
        at: iso(at),
        occasion,
        card: decode<ModelCard>(document),
      }));
    },

    /** What to do when an alert fires: of the rule, of the model, and what was learnt. */
    async runbookOf(model: string, rule: string | null): Promise<Runbook> {
      const declared = modelOf(ctx, model);
      const lessons = await lessonsOf(model);
      const own = rule === null ? lessons : lessons.filter((lesson) => lesson.rule === rule);
      const general = rule === null ? [] : lessons.filter((lesson) => lesson.rule === null);
      return {
        model,
        rule,
        ofModel: declared.runbook ?? null,
        ofRule: declared.rules.find(({ name }) => name === rule)?.runbook ?? null,
        lessons: [...own, ...general],
      };
    },

    /** Writes down what was learnt. @throws LeewayError `invalid_request` for a rule that is not declared. */
    async addLesson(given: Omit<Lesson, 'id' | 'at'>): Promise<Lesson> {
      const { rules } = modelOf(ctx, given.model);
      if (given.rule !== null && !rules.some(({ name }) => name === given.rule)) {
        const known = rules.map(({ name }) => name).join(', ') || 'none';
        throw new LeewayError('invalid_request', `${given.model} has no rule "${given.rule}"; there are ${known}`);
      }
      const row = { ...given, id: ctx.newId('les'), at: ctx.clock.now() };
      await db.transaction().execute(async (tx) => {
        await tx.insertInto('lessons').values(row).execute();
        const { model, rule, alert, run, text } = given;
        await ctx.audit.append(tx, given.actor, 'lesson.add', row.id, { model, rule, alert, run, text });
      });
      return { ...row, at: iso(row.at) };
    },
  };
}

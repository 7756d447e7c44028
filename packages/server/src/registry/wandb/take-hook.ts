import { LeewayError, type WandbConfig } from '@leeway/contract';
import type { Context } from '../../context.ts';
import { linkVersion } from '../links.ts';
import { listVersions } from '../versions.ts';
import { decideWandb, readWandbHook, type WandbEvent, wandbHookTrouble } from './hook.ts';

/** Asks retraining for a run; the same key twice gives one. */
export type AskForRun = (request: {
  model: string;
  trigger: string;
  reason: string;
  key: string;
  actor: string;
}) => Promise<unknown>;

/**
 * Takes a webhook of W&B: notes the reference at the version that it belongs to, and asks for a run where the configuration says
 * so. The same webhook twice changes nothing more. @throws LeewayError `webhook_refused`, `invalid_request`.
 */
export async function takeWandbHook(
  ctx: Context,
  given: { authorization: string; signature: string; body: string },
  ask: AskForRun,
): Promise<string> {
  const config = ctx.config().registry.wandb;
  if (!config) throw new LeewayError('webhook_refused', 'registry.wandb is not configured');
  const trouble = wandbHookTrouble(config, given);
  if (trouble !== null) throw new LeewayError('webhook_refused', trouble);
  const event = readWandbHook(given.body);
  if (!event) {
    throw new LeewayError(
      'invalid_request',
      'expected JSON with artifact_collection_name and artifact_version_string; docs/guides/mlflow-and-wandb.md has the body',
    );
  }
  const decided = decideWandb(config, event);
  if (!decided)
    return `nothing is configured for ${event.collection}${event.alias === null ? '' : ` as ${event.alias}`}`;
  const linked = await link(ctx, config, decided.model, event);
  if (decided.action === 'link') return linked;
  const alias = event.alias ?? 'an alias';
  await ask({
    model: decided.model,
    trigger: 'api',
    reason: `${event.reference} of ${event.collection} became ${alias} at W&B, by ${event.author}`,
    key: `wandb/${event.reference}/${alias}`,
    actor: `wandb:${event.author}`,
  });
  return `${linked}; a run of ${decided.model} was asked for`;
}

/** A version is known by the body, or by its tag `wandb`: without the SDK nothing more can be asked. */
async function link(ctx: Context, config: WandbConfig, model: string, event: WandbEvent): Promise<string> {
  const { reference, author } = event;
  const versions = await listVersions(ctx.store.db, model);
  const found = versions.find(
    ({ version, tags, datasetReference }) =>
      version === event.version || tags['wandb'] === reference || datasetReference === reference,
  );
  if (!found) {
    await ctx.store.db
      .transaction()
      .execute((tx) => ctx.audit.append(tx, `wandb:${author}`, 'wandb.event', model, { ...event }));
    return `no version of ${model} has the tag wandb=${reference}; it is in the audit trail`;
  }
  // ENTITY/PROJECT/NAME:VERSION leads somewhere; anything else is kept as it is.
  const [, entity, project] = /^([\w.-]+)\/([\w.-]+)\/[^/]+$/.exec(reference) ?? [];
  const url = entity && project ? `${config.url.replace(/\/+$/, '')}/${entity}/${project}/artifacts` : null;
  await linkVersion(ctx, { model, version: found.version, actor: `wandb:${author}`, kind: 'wandb', reference, url });
  return `${found.version} of ${model} is ${reference}`;
}

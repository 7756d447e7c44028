import { createHmac } from 'node:crypto';
import type { WandbConfig } from '@leeway/contract';
import { z } from 'zod';
import { sameText } from '../mlflow/hook.ts';

/**
 * Whether a webhook comes from W&B: by the access token that it was given, or by the HMAC-SHA256 of the body with the secret. The
 * signature is taken in hex and in base64, since both are about.
 */
export function wandbHookTrouble(
  { secret }: Pick<WandbConfig, 'secret'>,
  given: { authorization: string; signature: string; body: string },
): string | null {
  const token = /^Bearer (.+)$/i.exec(given.authorization)?.[1];
  if (token !== undefined && sameText(token, secret)) return null;
  const mac = createHmac('sha256', secret).update(given.body).digest();
  const signature = given.signature.replace(/^sha256=/, '');
  if (signature !== '' && (sameText(signature, mac.toString('hex')) || sameText(signature, mac.toString('base64')))) {
    return null;
  }
  return 'neither its token nor its signature is right';
}

const Text = z.string().min(1).max(500);

/** The body that the automation has to send; which variables of W&B fill it is in docs/guides/mlflow-and-wandb.md. */
const Body = z.object({
  event_type: Text.optional(),
  event_author: Text.optional(),
  alias: Text.optional(),
  artifact_collection_name: Text,
  artifact_version: Text.optional(),
  artifact_version_string: Text,
  entity_name: Text.optional(),
  project_name: Text.optional(),
  leeway_version: Text.optional(),
});

export interface WandbEvent {
  collection: string;
  /** Name of the version there. */
  reference: string;
  alias: string | null;
  author: string;
  /** Version of ours, where the body names one. */
  version: string | null;
}

/** What a webhook says; a body that lies within `client_payload`, as for GitHub, is taken too. Null if it is none of ours. */
export function readWandbHook(text: string): WandbEvent | null {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return null;
  }
  const inner = (given as { client_payload?: unknown } | null)?.client_payload ?? given;
  const parsed = Body.safeParse(inner);
  if (!parsed.success) return null;
  const {
    artifact_collection_name: collection,
    artifact_version_string: reference,
    alias,
    event_author,
    leeway_version,
  } = parsed.data;
  return {
    collection,
    reference,
    alias: alias ?? null,
    author: event_author ?? 'wandb',
    version: leeway_version ?? null,
  };
}

/** What is to be done about an event, by the configuration; null for what nobody asked about. Pure. */
export function decideWandb(config: WandbConfig, event: WandbEvent): { model: string; action: 'link' | 'run' } | null {
  const found = config.collections.find(
    ({ collection, alias }) => collection === event.collection && (event.alias === null || alias === event.alias),
  );
  return found ? { model: found.model, action: found.action } : null;
}

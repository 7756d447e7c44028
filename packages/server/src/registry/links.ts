import type { VersionLink } from '@leeway/contract';
import type { Context } from '../context.ts';
import { versionOf } from './versions.ts';

/** Notes where a version is in another registry. The same link twice is one. */
export async function linkVersion(
  ctx: Context,
  given: {
    model: string;
    version: string;
    actor: string;
    kind: VersionLink['kind'];
    reference: string;
    url: string | null;
  },
): Promise<void> {
  const { model, version, actor, kind, reference, url } = given;
  await ctx.store.db.transaction().execute(async (tx) => {
    await versionOf(tx, model, version);
    const added = await tx
      .insertInto('versionLinks')
      .values({ model, version, kind, reference, url, at: ctx.clock.now() })
      .onConflict((c) => c.columns(['model', 'version', 'kind', 'reference']).doNothing())
      .returning('reference')
      .executeTakeFirst();
    if (!added) return;
    await ctx.audit.append(tx, actor, 'version.link', model, { version, kind, reference });
    await ctx.events.emit(tx, 'version.changed', model, { version });
  });
}

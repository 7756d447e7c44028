import type { Context } from '../../context.ts';
import { hasEnded } from '../../retraining/decide/next-run-state.ts';
import type { StoreReader } from '../../store/open.ts';
import type { Holder } from './decide-garbage.ts';

/** Every version, with what may speak for keeping its artifact. */
export async function readHolders(ctx: Pick<Context, 'config'>, db: StoreReader): Promise<Holder[]> {
  const versions = await db
    .selectFrom('versions')
    .select(['model', 'version', 'number', 'createdAt', 'artifactHash'])
    .execute();
  const served = await db.selectFrom('servings').select(['model', 'version']).distinct().execute();
  const aliases = await db.selectFrom('aliases').select(['model', 'version', 'alias']).orderBy('alias').execute();
  const runs = await db.selectFrom('runs').select(['model', 'state', 'champion', 'challenger']).execute();
  const key = ({ model, version }: { model: string; version: string }) => `${model}/${version}`;
  const hasServed = new Set(served.map(key));
  const inRuns = new Set(
    runs
      .filter(({ state }) => !hasEnded(state as Parameters<typeof hasEnded>[0]))
      .flatMap(({ model, champion, challenger }) =>
        [champion, challenger].flatMap((version) => (version === null ? [] : [key({ model, version })])),
      ),
  );
  const configured = new Set(configuredVersions(ctx));
  const aliasesOf = new Map<string, string[]>();
  for (const row of aliases) aliasesOf.set(key(row), [...(aliasesOf.get(key(row)) ?? []), row.alias]);
  return versions.map(({ artifactHash, ...version }) => ({
    ...version,
    artifact: artifactHash,
    served: hasServed.has(key(version)),
    aliases: aliasesOf.get(key(version)) ?? [],
    inRun: inRuns.has(key(version)),
    configured: configured.has(key(version)),
  }));
}

/** Versions that the configuration names: shadows, and what actions of rules switch to. */
function configuredVersions(ctx: Pick<Context, 'config'>): string[] {
  return ctx.config().models.flatMap(({ name, rollout, rules }) => {
    const named = rules.flatMap((rule) => rule.actions.map((action) => (action as Record<string, unknown>)['version']));
    return [...rollout.shadow, ...named].flatMap((version) =>
      typeof version === 'string' ? [`${name}/${version}`] : [],
    );
  });
}

import { LeewayError, type VersionInfo } from '@leeway/contract';
import { CHAMPION } from './alias-name.ts';

/** What is known of a version that a rollback might go to. */
export type Served = Pick<VersionInfo, 'model' | 'version' | 'aliases' | 'served'> & {
  artifact: Pick<VersionInfo['artifact'], 'deletedAt'>;
};

export interface Rollback {
  /** The champion; null where none serves. */
  from: string | null;
  to: string;
  why: string;
  /** Versions that served later than the target and are not gone back to. */
  passedOver: { version: string; why: string }[];
}

/**
 * Where a rollback goes: to the version asked for, if it has served; otherwise to the one that served last before the champion
 * and was not itself rolled back from. Neither the newest nor one that somebody has put away counts: only what served. Pure over
 * the versions of one model.
 * @throws LeewayError when there is none to go back to.
 */
export function planRollback(versions: readonly Served[], asked?: string): Rollback {
  const champion = versions.find((version) => version.aliases.includes(CHAMPION));
  const from = champion?.version ?? null;
  if (asked !== undefined) return { from, ...toNamed(versions, asked), passedOver: [] };
  const passedOver: Rollback['passedOver'] = [];
  const candidates = versions
    .filter((version) => version !== champion && version.served.length > 0)
    .sort((a, b) => lastEnd(b).localeCompare(lastEnd(a)));
  for (const candidate of candidates) {
    const against = whyNot(candidate);
    if (against === null) {
      const why = `it served last, until ${lastEnd(candidate)}`;
      return { from, to: candidate.version, why, passedOver };
    }
    passedOver.push({ version: candidate.version, why: against });
  }
  const others = passedOver.map(({ version, why }) => `${version} ${why}`).join('; ');
  throw new LeewayError(
    'never_served',
    others === ''
      ? 'no version served before the present one'
      : `no version is left to go back to: ${others}. Name one to serve it all the same`,
  );
}

function toNamed(versions: readonly Served[], asked: string): { to: string; why: string } {
  const target = versions.find((version) => version.version === asked);
  if (!target) {
    const known = versions.map((version) => version.version).join(', ') || 'none';
    throw new LeewayError('unknown_version', `"${asked}"; there are: ${known}`);
  }
  if (target.served.length === 0) throw new LeewayError('never_served', `${asked} of ${target.model}`);
  if (target.artifact.deletedAt !== null) {
    throw new LeewayError('artifact_deleted', `${asked} of ${target.model}, on ${target.artifact.deletedAt}`);
  }
  return { to: asked, why: 'it was asked for' };
}

function whyNot(version: Served): string | null {
  if (version.artifact.deletedAt !== null) return `has no file any more, since ${version.artifact.deletedAt}`;
  const last = version.served.toSorted((a, b) => (a.to ?? '').localeCompare(b.to ?? '')).at(-1);
  return last?.endedBy === 'rollback' ? `was rolled back from on ${last.to}` : null;
}

const lastEnd = (version: Served): string =>
  version.served.reduce((last, { to }) => (to !== null && to > last ? to : last), '');

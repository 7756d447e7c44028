import type { VersionInfo } from '@leeway/contract';
import { Tooltip } from '@mantine/core';
import { useNow } from '../../api/clock.ts';
import { placeStretches } from '../../charts/stretches.ts';
import { VersionLink } from '../../components/version-link.tsx';
import { formatTime, formatUtc } from '../../lib/time.ts';
import classes from './served-timeline.module.css';

/** Which version served when, one line for each that ever did. */
export function ServedTimeline({ model, versions }: { model: string; versions: readonly VersionInfo[] }) {
  const now = useNow();
  const stretches = versions
    .flatMap(({ version, served }) => served.map((one) => ({ ...one, kind: version })))
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
  if (stretches.length === 0) return null;
  const placed = placeStretches(stretches, now()).map((place, i) => ({ ...place, endedBy: stretches[i]!.endedBy }));
  const lines = [...new Set(placed.map(({ kind }) => kind))];
  return (
    <section aria-label="Who served when">
      <ol className={classes['lines']}>
        {lines.map((version) => (
          <li key={version}>
            <span className={classes['name']}>
              <VersionLink model={model} version={version} />
            </span>
            <span className={classes['line']}>
              {placed
                .filter(({ kind }) => kind === version)
                .map(({ from, to, start, width, endedBy }) => {
                  const label = `${version} served from ${formatUtc(from)} ${to === null ? 'and serves' : `to ${formatUtc(to)}`}${endedBy === 'rollback' ? ', rolled back from' : ''}`;
                  return (
                    <Tooltip key={from} label={label}>
                      <span
                        role="img"
                        aria-label={label}
                        className={classes['stretch']}
                        data-ended={endedBy ?? (to === null ? 'serves' : 'promote')}
                        style={{ left: `${start * 100}%`, width: `${width * 100}%` }}
                      />
                    </Tooltip>
                  );
                })}
            </span>
          </li>
        ))}
      </ol>
      <div className={classes['ends']}>
        <span>{formatTime(stretches[0]!.from)}</span>
        <span className="legend">
          <span>
            <span className="dot" style={{ background: 'var(--mantine-primary-color-filled)' }} /> serves
          </span>
          <span>
            <span className="dot" style={{ background: 'var(--quiet)' }} /> served
          </span>
          <span>
            <span className="dot" style={{ background: 'var(--critical)' }} /> rolled back from
          </span>
        </span>
        <span>now</span>
      </div>
    </section>
  );
}

import type { OnCallSchedule } from '@leeway/contract';
import { Tooltip } from '@mantine/core';
import type { CSSProperties } from 'react';
import { usePalette } from '../../components/chart.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { Facts, Section } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { formatTime } from '../../lib/time.ts';
import classes from './on-call.module.css';
import { nextOf, type Piece, piecesOf } from './strip.ts';

interface ScheduleProps {
  schedule: OnCallSchedule;
  /** Beginnings of the days that are shown, and the end of the last. */
  days: readonly number[];
  now: number;
  /** The colour of each person, by number. */
  people: ReadonlyMap<string, number>;
  me: string | undefined;
}

/** One schedule: who is on call, who is next, and the turns of two weeks. */
export function Schedule({ schedule, days, now, people, me }: ScheduleProps) {
  const { zone, channels, coming } = schedule;
  const called = (person: string) => (person === me ? `${person} (you)` : person);
  const next = nextOf(schedule);
  return (
    <Section title={schedule.schedule} note={`turns change by the clock of ${zone}`}>
      <Facts
        facts={[
          ['On call now', <strong key="now">{called(schedule.now.person)}</strong>],
          ['Until', next ? <Time key="until" at={next.from} /> : 'nobody else comes in this time'],
          ['Next', next ? called(next.person) : '–'],
          [
            'Told by',
            channels.length > 0 ? (
              channels.join(', ')
            ) : (
              <span key="none" style={{ color: 'var(--critical)' }}>
                no channel: onCall.people has none for {schedule.now.person}
              </span>
            ),
          ],
        ]}
      />
      <Strip pieces={piecesOf(schedule, days[0]!, days.at(-1)!)} days={days} now={now} people={people} />
      {coming.length > 0 && (
        <details className={classes['turnsTable']}>
          <summary>All turns as a table</summary>
          <DataTable
            label={`Turns of ${schedule.schedule}`}
            rows={[schedule.now, ...coming]}
            rowKey={({ from, person }) => `${from} ${person}`}
            empty=""
            columns={[
              { title: 'Person', cell: ({ person }) => called(person) },
              { title: 'From', nowrap: true, cell: ({ from }) => <Time at={from} /> },
              { title: 'To', nowrap: true, cell: ({ to }) => <Time at={to} /> },
              { title: 'By', cell: ({ by }) => (by === 'override' ? 'exception' : 'turn') },
            ]}
          />
        </details>
      )}
    </Section>
  );
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

function Strip({
  pieces,
  days,
  now,
  people,
}: { pieces: readonly Piece[] } & Pick<ScheduleProps, 'days' | 'now' | 'people'>) {
  const palette = usePalette();
  const colors = [
    palette.accent,
    palette.good,
    palette.warning,
    palette.estimate,
    ...palette.shadows,
    palette.critical,
  ];
  const [from, to] = [days[0]!, days.at(-1)!];
  const place = (at: number) => percent((at - from) / (to - from));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes['strip']} tabIndex={0} aria-label="Turns of the next two weeks">
      <div className={classes['inner']}>
        <div className={classes['days']} aria-hidden>
          {days.slice(0, -1).map((day, i) => (
            <span
              key={day}
              className={`${classes['day']} ${[0, 6].includes(new Date(day).getDay()) ? classes['weekend'] : ''}`}
              style={{ left: place(day), width: percent((days[i + 1]! - day) / (to - from)) }}
            >
              {new Date(day).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric' })}
            </span>
          ))}
        </div>
        <div className={classes['turns']}>
          {pieces.map((piece) => (
            <Tooltip
              key={`${piece.from} ${piece.person}`}
              label={`${piece.person}, ${formatTime(piece.from)} to ${formatTime(piece.to)}${piece.by === 'override' ? ', an exception' : ''}`}
            >
              <span
                className={`${classes['turn']} ${piece.by === 'override' ? classes['override'] : ''}`}
                style={
                  {
                    left: percent(piece.left),
                    width: `calc(${percent(piece.width)} - 2px)`,
                    '--person': colors[(people.get(piece.person) ?? 0) % colors.length],
                  } as CSSProperties
                }
              >
                {piece.person}
              </span>
            </Tooltip>
          ))}
        </div>
        <span className={classes['now']} style={{ left: place(now) }} aria-hidden />
      </div>
    </section>
  );
}

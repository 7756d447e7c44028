import { useQuery } from '@tanstack/react-query';
import { onCallQuery } from '../../api/alerts.ts';
import { useNow } from '../../api/clock.ts';
import { alertsQuery, sessionQuery } from '../../api/queries.ts';
import { Load } from '../../components/load.tsx';
import { Nothing, Page, Section } from '../../components/page.tsx';
import { EscalationTable } from './escalation-table.tsx';
import { Schedule } from './schedule-strip.tsx';
import { daysFrom, peopleOf } from './strip.ts';

const DAYS = 14;
/** Each is asked about by itself. */
const MOST_ALERTS = 30;

/** Who is on call, who comes next, and which alerts are on their way to them. */
export function OnCallPage() {
  const schedules = useQuery(onCallQuery(DAYS));
  const firing = useQuery(alertsQuery({ state: 'firing' }));
  const me = useQuery(sessionQuery).data?.actor;
  const now = useNow()();
  const days = daysFrom(now, DAYS);
  return (
    <Page title="On call" aside={<span className="quiet">the next two weeks, by your clock</span>}>
      <Load query={schedules} height={260}>
        {(all) =>
          all.length === 0 ? (
            <Nothing>
              No schedule is configured. <code>onCall.schedules</code> says who takes turns, and{' '}
              <code>onCall.escalations</code> who is told when nobody acknowledges.
            </Nothing>
          ) : (
            all.map((schedule) => (
              <Schedule
                key={schedule.schedule}
                schedule={schedule}
                days={days}
                now={now}
                people={peopleOf(all)}
                me={me}
              />
            ))
          )
        }
      </Load>
      <Section
        title="Escalations"
        note={
          (firing.data?.length ?? 0) > MOST_ALERTS
            ? `of the newest ${MOST_ALERTS} alerts that fire`
            : 'of alerts that fire'
        }
      >
        <Load query={firing}>{(alerts) => <EscalationTable alerts={alerts.slice(0, MOST_ALERTS)} />}</Load>
      </Section>
    </Page>
  );
}

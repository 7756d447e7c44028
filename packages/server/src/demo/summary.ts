import type { Alert, Measurement, Run, VersionInfo } from '@leeway/contract';
import pc from 'picocolors';
import type { Api } from '../cli/api.ts';
import { number, table } from '../cli/io.ts';

const MODEL = 'flights-late';
const DAY_MS = 86_400_000;

interface Happening {
  at: string;
  what: string;
  detail: string;
}

/** Means over days, weighted by their rows. */
export interface Gain {
  metric: string;
  period: 'the fortnight after' | 'to the end';
  days: number;
  champion: number;
  stale: number;
}

/** What happened, when, and what it was worth, as the API tells it. */
export interface Summary {
  happenings: Happening[];
  /** For each alert that fired: from the first window over the threshold to the alarm, and to the end of it. */
  alerts: { rule: string; detectedAfterDays: number; recoveredAfterDays: number | null }[];
  /** The champion beside the first version on the same rows, from the day on which a newer version began to serve. */
  gains: Gain[];
}

export async function summarize(api: Api): Promise<Summary> {
  const [{ alerts }, { runs }, { versions }] = await Promise.all([
    api.get<{ alerts: Alert[] }>('/alerts'),
    api.get<{ runs: Run[] }>('/runs'),
    api.get<{ versions: VersionInfo[] }>(`/models/${MODEL}/versions`),
  ]);
  const fired = alerts.filter((alert) => alert.firedAt !== null);
  const happenings: Happening[] = [
    ...fired.map((alert) => ({
      at: alert.firedAt!,
      what: `alert ${name(alert)}`,
      detail: alert.cause?.summary ?? alert.summary,
    })),
    ...fired.flatMap((alert) =>
      alert.resolvedAt ? [{ at: alert.resolvedAt, what: `${name(alert)} is over`, detail: '' }] : [],
    ),
    ...runs.map((run) => ({
      at: run.endedAt ?? run.updatedAt,
      what: `run ${run.state}`,
      detail: run.decision ?? run.error?.detail ?? run.reason,
    })),
    ...versions.flatMap((version) =>
      version.served.map(({ from }) => ({ at: from, what: `${version.version} serves`, detail: '' })),
    ),
  ];
  return {
    happenings: happenings.sort((a, b) => a.at.localeCompare(b.at)),
    alerts: fired.map((alert) => ({
      rule: name(alert),
      detectedAfterDays: days(alert.activeAt, alert.firedAt!),
      recoveredAfterDays: alert.resolvedAt === null ? null : days(alert.firedAt!, alert.resolvedAt),
    })),
    gains: await gains(api, versions),
  };
}

const name = ({ rule, column, slice }: Alert): string => [rule, column, slice].filter(Boolean).join(' ');
const days = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

const GAIN_METRICS = ['log_loss', 'roc_auc', 'calibration_bias'];

async function gains(api: Api, versions: VersionInfo[]): Promise<Gain[]> {
  const [first, second] = [...versions].reverse().filter((version) => version.served.length > 0);
  if (!first || !second) return [];
  const from = second.served[0]!.from;
  const read = async (version: string) => {
    const query = { metric: GAIN_METRICS.join(','), monitor: 'daily', version, from };
    return (await api.get<{ measurements: Measurement[] }>(`/models/${MODEL}/measurements`, query)).measurements;
  };
  const [champion, stale] = [await read(''), await read(first.version)];
  const fortnight = new Date(Date.parse(from) + 14 * DAY_MS).toISOString();
  const early = champion.filter((measurement) => measurement.windowStart < fortnight);
  return [
    ...GAIN_METRICS.map((metric) => gain(metric, 'the fortnight after', early, stale)),
    ...GAIN_METRICS.map((metric) => gain(metric, 'to the end', champion, stale)),
  ].filter((found) => found.days > 0);
}

/** Over the windows in which both were scored. A bias counts by its size. */
function gain(metric: string, period: Gain['period'], champion: Measurement[], stale: Measurement[]): Gain {
  const theirs = new Map(stale.filter((m) => m.metric === metric && m.value !== null).map((m) => [m.windowStart, m]));
  const pairs = champion.filter((m) => m.metric === metric && m.value !== null && theirs.has(m.windowStart));
  const rows = pairs.reduce((sum, m) => sum + m.n, 0);
  const size = metric === 'calibration_bias' ? Math.abs : (x: number) => x;
  const mean = (value: (m: Measurement) => number) => pairs.reduce((sum, m) => sum + size(value(m)) * m.n, 0) / rows;
  return {
    metric,
    period,
    days: pairs.length,
    champion: mean((m) => m.value!),
    stale: mean((m) => theirs.get(m.windowStart)!.value!),
  };
}

/** The summary for a terminal. */
export function renderSummary({ happenings, alerts, gains: found }: Summary, dashboard: string): string {
  const parts = [
    pc.bold('What happened'),
    table(happenings, [
      { title: 'DAY', value: (h) => h.at.slice(0, 10) },
      { title: 'WHAT', value: (h) => h.what },
      { title: '', value: (h) => (h.detail.length > 110 ? `${h.detail.slice(0, 107)}...` : h.detail) || ' ' },
    ]),
    '',
    pc.bold('How fast'),
    table(alerts, [
      { title: 'ALERT', value: (a) => a.rule },
      { title: 'DETECTED AFTER', value: (a) => `${a.detectedAfterDays} days` },
      {
        title: 'RECOVERED AFTER',
        value: (a) => (a.recoveredAfterDays === null ? 'still firing' : `${a.recoveredAfterDays} days`),
      },
    ]),
  ];
  if (found.length > 0) {
    parts.push(
      '',
      pc.bold('What the new version was worth, on the same rows as the stale one'),
      table(found, [
        { title: 'PERIOD', value: (g) => `${g.period} (${g.days} days)` },
        { title: 'METRIC', value: (g) => g.metric },
        { title: 'SERVED', value: (g) => number(g.champion), align: 'right' },
        { title: 'STALE v1', value: (g) => number(g.stale), align: 'right' },
      ]),
    );
  }
  parts.push(
    '',
    `Look at it: ${dashboard}/models/${MODEL} (performance, drift), ${dashboard}/alerts, ${dashboard}/runs`,
  );
  return parts.join('\n');
}

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

/** What happened, when, and what it was worth, as the API tells it. */
export interface Summary {
  happenings: Happening[];
  /** For each alert that fired: from the first window over the threshold to the alarm, and to the end of it. */
  alerts: { rule: string; detectedAfterDays: number; recoveredAfterDays: number | null }[];
  /** Mean over the days since a newer version serves, weighted by rows, beside the first version on the same rows. */
  gains: { metric: string; days: number; champion: number; stale: number }[];
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

async function gains(api: Api, versions: VersionInfo[]): Promise<Summary['gains']> {
  const [first, second] = [...versions].reverse().filter((version) => version.served.length > 0);
  if (!first || !second) return [];
  const from = second.served[0]!.from;
  const read = (version: string) =>
    api.get<{ measurements: Measurement[] }>(`/models/${MODEL}/measurements`, {
      metric: 'log_loss,roc_auc,calibration_bias',
      version,
      from,
    });
  const [champion, stale] = await Promise.all([read(''), read(first.version)]);
  return ['log_loss', 'roc_auc', 'calibration_bias'].flatMap((metric) => {
    // Only windows in which both were scored, each with the weight of its rows.
    const theirs = new Map(
      stale.measurements.filter((m) => m.metric === metric && m.value !== null).map((m) => [m.windowStart, m]),
    );
    const pairs = champion.measurements.filter(
      (m) => m.metric === metric && m.value !== null && theirs.has(m.windowStart),
    );
    const rows = pairs.reduce((sum, m) => sum + m.n, 0);
    if (rows === 0) return [];
    const mean = (value: (m: Measurement) => number) => pairs.reduce((sum, m) => sum + value(m) * m.n, 0) / rows;
    const size = metric === 'calibration_bias' ? Math.abs : (x: number) => x;
    return [
      {
        metric: metric === 'calibration_bias' ? 'absolute calibration_bias' : metric,
        days: pairs.length,
        champion: mean((m) => size(m.value!)),
        stale: mean((m) => size(theirs.get(m.windowStart)!.value!)),
      },
    ];
  });
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
      pc.bold(`What retraining was worth, over the ${found[0]!.days} days since the second version serves`),
      table(found, [
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

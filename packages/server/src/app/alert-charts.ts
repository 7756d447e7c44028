import type { Alert } from '@leeway/contract';
import { sign, signingKeys, verify } from '../access/signed.ts';
import type { Context } from '../context.ts';
import { readMeasurements } from '../monitoring/measurements.ts';
import type { ChartImage } from '../notify/channel.ts';
import { CHART_WINDOWS, type ChartData, chartAlt, chartData } from '../notify/chart/chart-data.ts';
import { renderChart } from '../notify/chart/render-chart.ts';
import type { Message } from '../notify/message.ts';

const DAY = 86_400_000;
const LINK_LASTS = 7 * DAY;
const KIND = 'chart';

type Subject = Pick<
  Alert,
  | 'id'
  | 'model'
  | 'labels'
  | 'metric'
  | 'column'
  | 'slice'
  | 'value'
  | 'threshold'
  | 'reference'
  | 'windowStart'
  | 'windowEnd'
>;

export interface AlertCharts {
  /** The picture of a message's first alert; null where there is nothing to draw. It never costs the message. */
  ofMessage(message: Message): Promise<ChartImage | null>;
  /** PNG behind a signed link; null if the link is not one of ours, is over, or leads to nothing. */
  behindLink(token: string): Promise<Buffer | null>;
}

/** Pictures of what alerts are about, drawn from the measurements as they are now, up to the time of the message. */
export function alertCharts(ctx: Context, getAlert: (id: string) => Promise<{ alert: Alert }>): AlertCharts {
  const dataOf = async (alert: Subject, until: number): Promise<ChartData | null> => {
    const end = Date.parse(alert.windowEnd);
    const from = end - CHART_WINDOWS * (end - Date.parse(alert.windowStart));
    const measurements = await readMeasurements(ctx.warehouse, {
      model: alert.model,
      monitor: alert.labels['monitor'],
      metrics: [alert.metric],
      column: alert.column,
      slice: alert.slice,
      version: '',
      from,
      to: Math.max(until, end),
    });
    const deploys = await ctx.store.db
      .selectFrom('servings')
      .select(['version', 'startedAt'])
      .where('model', '=', alert.model)
      .where('startedAt', '>=', from)
      .where('startedAt', '<=', Math.max(until, end))
      .orderBy('startedAt')
      .limit(50)
      .execute();
    return chartData(alert, measurements, deploys);
  };

  const linkTo = async (alert: string, at: number): Promise<string | null> => {
    const { publicUrl } = ctx.config().server;
    if (publicUrl === undefined) return null;
    const keys = await signingKeys(ctx.store.db);
    const token = sign(keys, { kind: KIND, expiresAt: at + LINK_LASTS, claims: { alert, at: String(at) } });
    return `${publicUrl.replace(/\/+$/, '')}/charts/${token}.png`;
  };

  return {
    async ofMessage({ alerts: [alert], at }) {
      if (!alert) return null;
      try {
        const data = await dataOf(alert, Date.parse(at));
        if (!data) return null;
        const png = await renderChart(data);
        return { png, alt: chartAlt(data), url: await linkTo(alert.id, Date.parse(at)) };
      } catch (error) {
        ctx.log.warn({ err: error, alert: alert.id }, 'the chart of a message could not be drawn');
        return null;
      }
    },
    async behindLink(token) {
      const signed = verify(await signingKeys(ctx.store.db), KIND, token, ctx.clock.now());
      if (typeof signed === 'string') return null;
      const { alert: id = '', at } = signed.claims;
      const found = await getAlert(id).catch(() => null);
      const data = found && (await dataOf(found.alert, Number(at)));
      return data && renderChart(data);
    },
  };
}

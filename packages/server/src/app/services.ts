import type { VersionInfo } from '@leeway/contract';
import type { FastifyInstance } from 'fastify';
import type { Actions } from '../actions/index.ts';
import type { Alerting } from '../alerting/index.ts';
import type { Cards } from '../cards/index.ts';
import type { ConfigChange } from '../config/revisions.ts';
import type { Context } from '../context.ts';
import type { Explanations } from '../explanations/explanations.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Exposition } from '../metrics/exposition.ts';
import type { Registry } from '../registry/index.ts';
import type { Retraining } from '../retraining/index.ts';
import type { AlertCharts } from './alert-charts.ts';

/** What the routes call. */
export interface Services {
  ctx: Context;
  /** Of Leeway itself. */
  version: string;
  ingest: Ingest;
  alerting: Alerting;
  retraining: Retraining;
  registry: Registry;
  actions: Actions;
  explanations: Explanations;
  cards: Cards;
  /** Pictures of alerts, for messages. */
  charts: AlertCharts;
  /** For Prometheus. */
  exposition: Exposition;
  configuration: {
    plan(document: unknown): Promise<ConfigChange[]>;
    apply(actor: string, document: unknown): Promise<ConfigChange[]>;
    current(): Promise<{ revision: number | null; document: unknown }>;
  };
  /** Makes sure that a version can serve. @throws LeewayError `not_servable` or `broken_model`. */
  checkLoads(version: VersionInfo): Promise<void>;
  /** Adds the gateway's routes. */
  installGateway(app: FastifyInstance): Promise<void>;
}

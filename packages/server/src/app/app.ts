import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Config, LeewayError, type VersionInfo, WATCH_MONITOR } from '@leeway/contract';
import type { FastifyInstance } from 'fastify';
import { ACTIONS, registerActions } from '../actions/index.ts';
import { registerAlerting } from '../alerting/index.ts';
import { Audit } from '../audit/audit.ts';
import { registerCards } from '../cards/index.ts';
import type { Plugins } from '../config/check-references.ts';
import { checkConfig, type RawConfig, rawDocument } from '../config/load.ts';
import { diffConfig, lastRevision, saveRevision } from '../config/revisions.ts';
import type { Context } from '../context.ts';
import { Events } from '../events/events.ts';
import { Explanations } from '../explanations/explanations.ts';
import { versionExplanation } from '../explanations/version-explanation.ts';
import { gatewayRoutes } from '../gateway/routes.ts';
import { createHttp, type Http } from '../http/server.ts';
import { Ingest } from '../ingest/ingest.ts';
import { Jobs } from '../jobs/jobs.ts';
import { registerKpis } from '../kpis/index.ts';
import { Exposition } from '../metrics/exposition.ts';
import { readMeasurements } from '../monitoring/measurements.ts';
import { ruleHistory } from '../monitoring/thresholds/rule-history.ts';
import { registerWindows, scheduleMonitors } from '../monitoring/windows.ts';
import { CHANNELS } from '../notify/index.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { lockDirectory } from '../platform/lock.ts';
import { createLogger, type Logger } from '../platform/log.ts';
import { createOutbound } from '../platform/outbound.ts';
import { registerRegistry } from '../registry/index.ts';
import { findDataset } from '../retraining/datasets/dataset-records.ts';
import { evaluationOf } from '../retraining/evaluations.ts';
import { EXECUTORS, registerRetraining } from '../retraining/index.ts';
import { openStorage } from '../storage/index.ts';
import { openStore } from '../store/open.ts';
import { syncModelTables } from '../warehouse/model-tables.ts';
import { Warehouse } from '../warehouse/warehouse.ts';
import { registerWatch } from '../watch/index.ts';
import { alertCharts } from './alert-charts.ts';
import { followEvents } from './follow-events.ts';
import { checkServable, createGateway } from './gateway.ts';
import type { Services } from './services.ts';
import { version } from './version.ts';

export interface AppOptions {
  /** The configuration to begin with. Without one, the last that was applied. */
  config?: RawConfig;
  /** Overrides of the configuration, from the command line. */
  dataDir?: string;
  host?: string;
  port?: number;
  clock?: Clock;
  log?: Logger;
  /** Where the console channel writes; standard error by default. */
  write?: (text: string) => void;
  env?: NodeJS.ProcessEnv;
}

/** The plug-ins of this build. */
export const PLUGINS: Plugins = {
  channels: new Map(CHANNELS.map((channel) => [channel.type, channel.options])),
  executors: new Map(EXECUTORS.map((executor) => [executor.type, executor.options])),
  actions: new Map(ACTIONS.map((action) => [action.type, action.options])),
};

/** What to let go of at the end, first opened first. */
type Closers = (() => Promise<unknown> | unknown)[];

/** A whole Leeway: its stores, its work and its HTTP server. */
export class App {
  readonly ctx: Context;
  readonly services: Services;
  readonly http: Http;
  /** Waits until captured predictions are stored and every job that is due has run. For clocks that are turned by hand. */
  readonly settle: () => Promise<void>;
  readonly #close: Closers;
  #address: string | undefined;

  private constructor(parts: {
    ctx: Context;
    services: Services;
    http: Http;
    settle: () => Promise<void>;
    close: Closers;
  }) {
    this.ctx = parts.ctx;
    this.services = parts.services;
    this.http = parts.http;
    this.settle = parts.settle;
    this.#close = parts.close;
  }

  /** Opens the stores, applies the configuration and wires everything; nothing runs and nobody is listened to yet. */
  static async open(options: AppOptions = {}): Promise<App> {
    const close: Closers = [];
    try {
      return await App.#open(options, close);
    } catch (error) {
      for (const step of close.reverse()) await step();
      throw error;
    }
  }

  static async #open(options: AppOptions, close: Closers): Promise<App> {
    const clock = options.clock ?? systemClock;
    const log = options.log ?? createLogger();
    const given = options.config && (await checkConfig(options.config, PLUGINS, options.env));
    const boot = given ?? Config.parse({ apiVersion: 'leeway/v1' });
    const dataDir = resolve(options.dataDir ?? boot.server.data);
    mkdirSync(dataDir, { recursive: true });
    close.push(lockDirectory(dataDir));

    const store = await openStore(boot.store.url ?? join(dataDir, 'store.db'));
    close.push(() => store.close());
    const warehouse = await Warehouse.open(boot.warehouse.url ?? join(dataDir, 'warehouse'));
    close.push(() => warehouse.close());
    const last = await lastRevision(store.db);
    const raw = options.config ?? rawDocument(last?.document ?? { apiVersion: 'leeway/v1' });
    let config = given ?? (await checkConfig(raw, PLUGINS, options.env));

    const outbound = createOutbound({ allow: () => config.server.allowPrivateNetworks });
    const jobs = new Jobs({ store, clock, log });
    // The directory is locked, and with it this store: no other process can hold a lease.
    if (store.dialect === 'sqlite') await jobs.takeOver();
    let app: App | undefined;
    const ctx: Context = {
      clock,
      newId,
      log,
      store,
      warehouse,
      jobs,
      events: new Events(clock),
      audit: new Audit(clock),
      dataDir,
      storage: openStorage(config.storage, dataDir, outbound),
      publicUrl: () => config.server.publicUrl ?? app?.url ?? `http://127.0.0.1:${config.server.port}`,
      config: () => config,
    };
    const ingest = new Ingest(ctx);
    const gateway = createGateway(ctx, ingest);
    close.push(() => gateway.close());
    const charts = alertCharts(ctx, (id) => alerting.getAlert(id));
    const alerting = registerAlerting(ctx, {
      ...(options.write && { write: options.write }),
      outbound,
      chart: charts.ofMessage,
    });
    const kpis = registerKpis(ctx, ingest, outbound);
    const retraining = registerRetraining(ctx, { outbound });
    alerting.onAlertFiring(retraining.onAlertFiring);
    const checkLoads = (found: VersionInfo) => checkServable(ctx, found);
    const registry = registerRegistry(ctx, {
      outbound,
      checkArtifact: (given) => checkServable(ctx, given),
      runOf: (id) => retraining.getRun(id).catch(() => null),
      datasetOf: (hash) => findDataset(store.db, hash),
      runsOf: (model) => retraining.listRuns({ model, limit: 1_000 }),
    });
    const cards = registerCards(ctx, {
      runOf: (id) => retraining.getRun(id).catch(() => null),
      datasetOf: (hash) => findDataset(store.db, hash),
      evaluationOf: (run) =>
        evaluationOf(store.db, run).then(
          ({ evaluation }) => evaluation,
          () => null,
        ),
      explanationOf: (model, version) => versionExplanation(store.db, model, version).catch(() => null),
    });
    const actions = registerActions(
      { ...ctx, outbound, retraining, checkLoads },
      { alertOf: async (id) => (await alerting.getAlert(id)).alert, note: alerting.note },
    );
    alerting.onAlertFiring(actions.onAlertFiring);
    registerWindows(ctx, async ({ model, monitor, window, revision, final, measured }) => {
      // Everything known of the window, so that an alert on performance can name the drift behind it.
      const measurements = await readMeasurements(warehouse, {
        model: model.name,
        monitor: monitor.name,
        column: '*',
        slice: '*',
        version: '',
        from: window.start,
        to: window.start + 1,
      });
      const judge = alerting.evaluateRules({
        model,
        monitor: monitor.name,
        measurements,
        history: await ruleHistory(ctx, model, monitor, window),
        windowStart: window.start,
        windowEnd: window.end,
        revision,
        final,
      });
      return async (tx) => {
        await judge(tx);
        if (measured) await retraining.onWindowJudged(tx, model.name, window.end);
      };
    });

    const watch = registerWatch(ctx, async (watched) =>
      alerting.evaluateRules({ ...watched, monitor: WATCH_MONITOR, revision: 0, final: true }),
    );

    /** Everything that follows from a configuration; safe to repeat. */
    const bringInForce = async (next: Config) => {
      for (const model of next.models) await syncModelTables(warehouse, model);
      config = next;
      await store.db.transaction().execute(async (tx) => {
        await alerting.reconcileRules(tx);
        await alerting.schedule(tx);
        await scheduleMonitors(ctx, tx);
        await kpis.schedule(tx);
        await watch.schedule(tx);
        await retraining.schedule(tx);
        await registry.schedule(tx);
      });
      for (const model of next.models) await gateway.refresh(model.name);
    };
    let inForce = JSON.stringify(raw.document);
    /** Another replica has applied a configuration. */
    const followConfig = async () => {
      const revision = await lastRevision(store.db);
      const document = JSON.stringify(revision?.document);
      if (!revision || document === inForce) return;
      await bringInForce(await checkConfig(rawDocument(revision.document), PLUGINS, options.env));
      inForce = document;
    };
    // A promotion anywhere, by whomever, reaches every gateway through the events. From before the first look
    // at what serves, so that none is missed.
    const exposition = new Exposition(ctx, ingest);
    const follower = await followEvents(ctx, async (event) => {
      if (event.name === 'window.measured') exposition.stale(event.model ?? undefined, String(event.data['monitor']));
      if (event.name === 'config.applied') exposition.stale();
      if (event.name === 'version.promoted' && event.model !== null) await gateway.refresh(event.model);
      if (event.name === 'config.applied') await followConfig();
    });
    close.push(() => follower.stop());
    await bringInForce(config);
    if (options.config) await saveRevision(ctx, 'start', options.config.document, config);

    const explanations = new Explanations(ctx, (model, version, batch) =>
      gateway.infer(model, { batch, ids: null, times: null }, { requestId: '', version, capture: false }),
    );
    const services: Services = {
      ctx,
      version,
      ingest,
      alerting,
      retraining,
      registry,
      actions,
      explanations,
      cards,
      charts,
      exposition,
      checkLoads,
      installGateway: async (http: FastifyInstance) => void (await http.register(gatewayRoutes, { gateway, version })),
      configuration: {
        async plan(document) {
          await checkConfig(rawDocument(document), PLUGINS, options.env);
          return diffConfig((await lastRevision(store.db))?.document ?? {}, document);
        },
        async apply(actor, document) {
          const next = await checkConfig(rawDocument(document), PLUGINS, options.env);
          await bringInForce(next);
          inForce = JSON.stringify(document);
          return saveRevision(ctx, actor, document, next);
        },
        async current() {
          const revision = await lastRevision(store.db);
          return { revision: revision?.id ?? null, document: revision?.document ?? null };
        },
      },
    };
    const http = await createHttp(services);
    close.push(() => http.close());
    const settle = async () => {
      await gateway.flush();
      await ingest.settle();
      await jobs.drain();
      await follower.catchUp();
    };
    app = new App({ ctx, services, http, settle, close });
    app.#listenOn = { host: options.host ?? config.server.host, port: options.port ?? config.server.port };
    return app;
  }

  #listenOn = { host: '127.0.0.1', port: 0 };

  /** Where the server is reached, once it listens. */
  get url(): string | undefined {
    return this.#address;
  }

  /** Listens, and begins to work on jobs by itself unless `work` is false. */
  async start({ work = true }: { work?: boolean } = {}): Promise<string> {
    const { host: wanted, port: wantedPort } = this.#listenOn;
    await this.http.listen({ host: wanted, port: wantedPort }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new LeewayError('port_in_use', `${wanted}:${wantedPort}`, { cause: error });
    });
    const address = this.http.server.address();
    const port = typeof address === 'object' && address ? address.port : this.#listenOn.port;
    const host = this.#listenOn.host.includes(':') ? `[${this.#listenOn.host}]` : this.#listenOn.host;
    this.#address = `http://${host}:${port}`;
    if (work) this.ctx.jobs.start();
    return this.#address;
  }

  /** Takes nothing more in, ends what is under way, and lets go of the stores. */
  async close(): Promise<void> {
    await this.http.close();
    await this.ctx.jobs.stop();
    for (const step of this.#close.reverse()) await step();
  }
}

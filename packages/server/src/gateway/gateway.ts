import { LeewayError, type ModelConfig } from '@leeway/contract';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { CaptureQueue, type CaptureQueueOptions, type StoreCaptures } from './capture-queue.ts';
import type { InferInput } from './columns.ts';
import { loadOnnx, type Prediction, type Runner } from './runtime.ts';
import { ShadowQueue, type ShadowRequest } from './shadow-queue.ts';

/** A version and where its model file lies. */
export interface Servable {
  version: string;
  artifactPath: string;
  /** Loads it in the way that it wants, where its rows have to be prepared. */
  loadWith?: (load: LoadModel, path: string, model: ModelConfig) => Promise<Runner>;
}

type LoadModel = (path: string, model: ModelConfig) => Promise<Runner>;

/** What the gateway needs of the rest of the server. */
export interface GatewayPorts {
  /** The model of that name. @throws LeewayError `unknown_model`. */
  model(name: string): ModelConfig;
  champion(model: string): Promise<Servable | null>;
  /** Versions that score beside the champion, unseen by the caller. */
  shadows(model: string): Promise<Servable[]>;
  /** @throws LeewayError `unknown_version` or `not_servable`. */
  version(model: string, version: string): Promise<Servable>;
  capture: StoreCaptures;
  clock: Clock;
  log: Logger;
}

export interface GatewayOptions {
  capture?: Partial<CaptureQueueOptions>;
  /** Rows that may wait for shadows; more are not scored by them. Default 20,000. */
  maxShadowRows?: number;
  /** Loads a model file; `loadOnnx` unless a test says otherwise. */
  load?: LoadModel;
}

export interface InferOptions {
  requestId: string;
  /** Asks this version instead of the champion. */
  version?: string;
  /** Whether the rows are recorded; true by default. */
  capture?: boolean;
}

export interface Answer extends Prediction {
  version: string;
  latencyMs: number;
}

interface Loaded {
  version: string;
  runner: Runner;
}

/** What serves a model at a moment. Replaced as a whole, never changed, but for the pinned versions that it gathers. */
interface Serving {
  config: ModelConfig;
  champion: Loaded | null;
  shadows: Loaded[];
  pinned: Map<string, Promise<Loaded>>;
}

/** Versions of a model that are kept loaded because someone asked for them by name. */
const MOST_PINNED = 3;

/**
 * Serves models: answers from the champion, then, when the answer is out, lets the shadows score the same rows and records
 * what was predicted. A promotion loads the new version first and then changes one reference, so no request fails by it.
 */
export class Gateway {
  readonly #ports: GatewayPorts;
  readonly #load: (path: string, model: ModelConfig) => Promise<Runner>;
  readonly #captures: CaptureQueue;
  readonly #shadowing: ShadowQueue;
  readonly #serving = new Map<string, Serving>();
  readonly #refreshing = new Map<string, Promise<Serving>>();

  constructor(ports: GatewayPorts, options: GatewayOptions = {}) {
    this.#ports = ports;
    this.#load = options.load ?? loadOnnx;
    this.#captures = new CaptureQueue(ports.capture, ports.log, options.capture);
    this.#shadowing = new ShadowQueue(
      (request) => this.#scoreShadows(request),
      ports.log,
      options.maxShadowRows ?? 20_000,
    );
  }

  /** Counts for the server's own metrics, in rows. */
  get counts(): { captureQueued: number; captureDropped: number; shadowQueued: number; shadowDropped: number } {
    return {
      captureQueued: this.#captures.queuedRows,
      captureDropped: this.#captures.droppedRows,
      shadowQueued: this.#shadowing.queuedRows,
      shadowDropped: this.#shadowing.droppedRows,
    };
  }

  model(name: string): ModelConfig {
    return this.#ports.model(name);
  }

  /** The version that serves now; null where none does. */
  async championOf(name: string): Promise<string | null> {
    return (await this.#servingOf(name)).champion?.version ?? null;
  }

  /**
   * Brings what serves a model in step with its champion, shadows and configuration. To be called after each promotion,
   * rollback and change of configuration. Where the champion does not load, what served goes on serving.
   * @throws LeewayError `broken_model`.
   */
  async refresh(name: string): Promise<void> {
    await this.#refresh(name);
  }

  /**
   * What the model predicts of the rows.
   * @throws LeewayError `no_champion`, `unknown_version`, `not_servable`, `broken_model` or `model_failed`.
   */
  async infer(name: string, input: InferInput, options: InferOptions): Promise<Answer> {
    const serving = this.#serving.get(name) ?? (await this.#servingOf(name));
    const loaded = options.version === undefined ? serving.champion : await this.#pin(serving, options.version);
    if (!loaded) throw new LeewayError('no_champion', `model ${name}`);
    const role = options.version === undefined ? 'live' : 'pinned';
    const { requestId, capture = true } = options;
    const at = this.#ports.clock.now();
    const started = performance.now();
    let output: Prediction | null = null;
    let error = '';
    try {
      output = await loaded.runner.predict(input.batch);
      const latencyMs = performance.now() - started;
      return { ...output, version: loaded.version, latencyMs };
    } catch (thrown) {
      error = errorCode(thrown);
      throw thrown;
    } finally {
      if (capture) {
        const latencyMs = performance.now() - started;
        const { version } = loaded;
        this.#captures.add({ model: name, version, role, requestId, at, latencyMs, input, output, error });
        if (role === 'live' && serving.shadows.length > 0) {
          this.#shadowing.add({ model: name, requestId, at, input });
        }
      }
    }
  }

  /** Resolves when the shadows have scored and everything is recorded. */
  async flush(): Promise<void> {
    await this.#shadowing.flush();
    await this.#captures.flush();
  }

  /** Records what is left and frees the models. */
  async close(): Promise<void> {
    await this.flush();
    for (const serving of this.#serving.values()) await retire(serving, new Set());
    this.#serving.clear();
  }

  async #servingOf(name: string): Promise<Serving> {
    return this.#serving.get(name) ?? this.#refreshing.get(name) ?? this.#refresh(name);
  }

  /** One refresh of a model at a time, so that the last one asked for is the last one to take effect. */
  #refresh(name: string): Promise<Serving> {
    const before = this.#refreshing.get(name)?.catch(() => undefined) ?? Promise.resolve();
    const refreshing = before.then(() => this.#reload(name));
    this.#refreshing.set(name, refreshing);
    const forget = () => {
      if (this.#refreshing.get(name) === refreshing) this.#refreshing.delete(name);
    };
    refreshing.then(forget, forget);
    return refreshing;
  }

  async #reload(name: string): Promise<Serving> {
    const config = this.#ports.model(name);
    const old = this.#serving.get(name);
    // A version never changes, so a loaded one is kept unless the configuration that it was checked against has changed.
    const kept = old?.config === config ? loadedBy(old) : new Map<string, Loaded>();
    const load = async (servable: Servable): Promise<Loaded> =>
      kept.get(servable.version) ?? {
        version: servable.version,
        runner: await this.#loadVersion(config, servable),
      };

    const [champion, shadows] = [await this.#ports.champion(name), await this.#ports.shadows(name)];
    const next: Serving = { config, champion: champion && (await load(champion)), shadows: [], pinned: new Map() };
    for (const shadow of shadows) {
      if (shadow.version === champion?.version) continue;
      try {
        next.shadows.push(await load(shadow));
      } catch (error) {
        this.#ports.log.warn({ model: name, version: shadow.version, err: error }, 'a shadow cannot be loaded');
      }
    }
    this.#serving.set(name, next);
    if (old) {
      const inUse = new Set([next.champion, ...next.shadows].map((loaded) => loaded?.runner));
      retire(old, inUse).catch((err) => this.#ports.log.warn({ model: name, err }, 'an old version cannot be freed'));
    }
    return next;
  }

  async #loadVersion(config: ModelConfig, { version, artifactPath, loadWith }: Servable): Promise<Runner> {
    try {
      return await (loadWith ? loadWith(this.#load, artifactPath, config) : this.#load(artifactPath, config));
    } catch (error) {
      if (!(error instanceof LeewayError)) throw error;
      throw new LeewayError(error.code, `${config.name} ${version}: ${error.detail}`, { cause: error });
    }
  }

  /** A version asked for by name: one that is loaded for another reason, or one of the few that are kept for this. */
  async #pin(serving: Serving, version: string): Promise<Loaded> {
    const present = [serving.champion, ...serving.shadows].find((loaded) => loaded?.version === version);
    if (present) return present;
    const { pinned, config } = serving;
    const loading =
      pinned.get(version) ??
      this.#ports.version(config.name, version).then(async (servable) => {
        return { version, runner: await this.#loadVersion(config, servable) };
      });
    // The order of a Map is that of insertion: the last asked for goes last, the first is the one to go.
    pinned.delete(version);
    pinned.set(version, loading);
    loading.catch(() => pinned.delete(version));
    for (const [name, oldest] of pinned) {
      if (pinned.size <= MOST_PINNED) break;
      pinned.delete(name);
      oldest.then(({ runner }) => runner.close()).catch(() => undefined);
    }
    return loading;
  }

  async #scoreShadows(request: ShadowRequest): Promise<void> {
    for (const shadow of this.#serving.get(request.model)?.shadows ?? []) await this.#scoreShadow(shadow, request);
  }

  async #scoreShadow({ version, runner }: Loaded, request: ShadowRequest): Promise<void> {
    const started = performance.now();
    const outcome = await runner.predict(request.input.batch).then(
      (output) => ({ output, error: '' }),
      (thrown: unknown) => ({ output: null, error: errorCode(thrown) }),
    );
    this.#captures.add({ ...request, ...outcome, version, role: 'shadow', latencyMs: performance.now() - started });
  }
}

const errorCode = (thrown: unknown): string => (thrown instanceof LeewayError ? thrown.code : 'model_failed');

function loadedBy(serving: Serving): Map<string, Loaded> {
  const all = serving.champion ? [serving.champion, ...serving.shadows] : serving.shadows;
  return new Map(all.map((loaded) => [loaded.version, loaded]));
}

/** Frees what is not in use any more; each runner first ends what it has begun. */
async function retire(serving: Serving, inUse: Set<Runner | undefined>): Promise<void> {
  const pinned = await Promise.allSettled(serving.pinned.values());
  const loaded = [
    ...loadedBy(serving).values(),
    ...pinned.filter((result) => result.status === 'fulfilled').map((result) => result.value),
  ];
  for (const { runner } of loaded) if (!inUse.has(runner)) await runner.close();
}

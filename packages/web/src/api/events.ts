import type { Event, EventName } from '@leeway/contract';

type Resource =
  | 'models'
  | 'measurements'
  | 'windows'
  | 'marks'
  | 'distributions'
  | 'versions'
  | 'runs'
  | 'retraining'
  | 'datasets'
  | 'alerts'
  | 'actions'
  | 'on-call'
  | 'silences'
  | 'deliveries'
  | 'channels'
  | 'review'
  | 'feedback'
  | 'kpis'
  | 'status'
  | 'audit';

/** What has to be fetched again after an event. */
const TOUCHES: Record<EventName, readonly Resource[]> = {
  'window.measured': ['measurements', 'windows', 'distributions', 'models', 'feedback', 'kpis', 'retraining', 'status'],
  'alert.changed': ['alerts', 'marks', 'models', 'silences', 'retraining', 'audit'],
  'delivery.changed': ['deliveries', 'channels', 'alerts'],
  'action.changed': ['actions', 'alerts', 'audit'],
  'run.changed': ['runs', 'retraining', 'datasets', 'marks', 'audit'],
  'version.registered': ['versions', 'audit'],
  'version.promoted': ['versions', 'runs', 'retraining', 'models', 'marks', 'audit'],
  'version.changed': ['versions', 'audit'],
  'config.applied': ['models', 'retraining', 'on-call', 'channels', 'silences', 'review', 'audit'],
  'ingest.progress': ['models'],
};

export const EVENT_NAMES = Object.keys(TOUCHES) as EventName[];

/** Queries by resource and model; a null model stands for all of them. */
export interface Stale {
  resource: string;
  model: string | null;
}

export function staleAfter({ name, model }: Pick<Event, 'name' | 'model'>): Stale[] {
  const touched = TOUCHES[name as EventName] ?? [];
  return touched.map((resource) => ({ resource, model }));
}

/** Whether a query, by its key, shows something that is stale. A query over all models always does. */
export function isStale(queryKey: readonly unknown[], stale: Stale): boolean {
  const [resource, model] = queryKey;
  return resource === stale.resource && (stale.model === null || (model ?? null) === null || model === stale.model);
}

/** Gathers what is stale and hands it on at most once in `everyMs`, so that a fast replay does not fetch without end. */
export class StaleGatherer {
  #waiting: Stale[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #flush: (stale: Stale[]) => void;
  readonly #everyMs: number;

  constructor(flush: (stale: Stale[]) => void, everyMs: number) {
    this.#flush = flush;
    this.#everyMs = everyMs;
  }

  add(stale: Stale[]): void {
    for (const one of stale) {
      const known = this.#waiting.some((other) => other.resource === one.resource && other.model === one.model);
      if (!known) this.#waiting.push(one);
    }
    if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#send(), this.#everyMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#timer = undefined;
    this.#flush(waiting);
  }
}

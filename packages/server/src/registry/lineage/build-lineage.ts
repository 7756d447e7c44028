import type { Dataset, Lineage, LineageEdge, LineageNode, Run, VersionInfo } from '@leeway/contract';
import { iso, isoOrNull } from '../../platform/clock.ts';

/** A stretch in which some version of the model served. */
export interface ServingRecord {
  id: number;
  version: string;
  startedAt: number;
  endedAt: number | null;
  endedBy: string | null;
  actor: string;
  reason: string;
}

/** All that is on record of one version. */
export interface LineageRecord {
  version: VersionInfo;
  /** The run that made it. */
  run: Run | null;
  alert: { id: string; rule: string; severity: string; summary: string; firedAt: number | null } | null;
  dataset: Dataset | null;
  /** Of the whole model, oldest first. */
  servings: readonly ServingRecord[];
  /** Versions that were made while it was the champion: it was what they began from and what they were compared with. */
  children: readonly Pick<VersionInfo, 'version' | 'createdAt' | 'run'>[];
}

/** The graph of a version, made from the record alone. Edges point from what was first to what followed. Pure. */
export function buildLineage(record: LineageRecord): Lineage {
  const graph = new Graph();
  const { version } = record;
  const self = graph.add('version', version.version, version.version, version.createdAt, {
    createdBy: version.createdBy,
    metrics: version.metrics,
    params: version.params,
    artifact: version.artifact,
    aliases: version.aliases,
    stage: version.stage,
  });
  addOrigin(graph, self, record);
  addRun(graph, self, record);
  addServings(graph, self, record);
  for (const child of record.children) {
    const detail = { run: child.run };
    graph.link(self, graph.add('version', child.version, child.version, child.createdAt, detail), 'parent');
  }
  return { model: version.model, version: version.version, ...graph.done() };
}

/** What it was made from: code, the version before it, and what other registries have. */
function addOrigin(graph: Graph, self: string, { version }: LineageRecord): void {
  if (version.codeCommit !== null) {
    const detail = { commit: version.codeCommit, environment: version.environment };
    graph.link(
      graph.add('code', version.codeCommit, `code ${version.codeCommit.slice(0, 12)}`, null, detail),
      self,
      'made',
    );
  }
  if (version.parent !== null) {
    graph.link(graph.add('version', version.parent, version.parent, null, {}), self, 'parent');
  }
  if (version.datasetReference !== null) {
    const reference = { reference: version.datasetReference };
    graph.link(graph.add('dataset', version.datasetReference, version.datasetReference, null, reference), self, 'read');
  }
  for (const { kind, reference, url, at } of version.links) {
    graph.link(self, graph.add('reference', `${kind}/${reference}`, `${kind} ${reference}`, at, { url }), 'same');
  }
}

function addRun(graph: Graph, self: string, { version, run, alert, dataset }: LineageRecord): void {
  if (!run) return;
  const node = graph.add('run', run.id, `run ${run.id}`, run.createdAt, { state: run.state, reason: run.reason });
  const trigger = graph.add('trigger', run.id, run.trigger, run.createdAt, { reason: run.reason });
  graph.link(trigger, node, 'started');
  if (alert) {
    const { id, rule, severity, summary, firedAt } = alert;
    graph.link(
      graph.add('alert', id, `alert ${rule}: ${summary}`, isoOrNull(firedAt), { rule, severity }),
      trigger,
      'started',
    );
  }
  const data = run.dataset ?? version.dataset;
  if (data) {
    const label = `dataset ${data.hash.slice(0, 12)}, ${data.start.slice(0, 10)} to ${data.end.slice(0, 10)}`;
    const detail = {
      ...data,
      ...(dataset && { query: dataset.query, files: dataset.files, holdout: dataset.holdout }),
    };
    graph.link(graph.add('dataset', data.hash, label, dataset?.createdAt ?? null, detail), node, 'read');
  }
  for (const training of run.executions) {
    const { id, trial, executor, state, params, metrics, url, nativeId } = training;
    const label = `training ${trial} by ${executor}, ${state}`;
    const detail = { params, metrics, url, nativeId };
    graph.link(node, graph.add('training', id, label, training.endedAt ?? training.createdAt, detail), 'ran');
  }
  graph.link(node, self, 'made');
  for (const [i, gate] of run.gates.entries()) {
    const name = gate.metric ? `${gate.type} ${gate.metric}` : gate.type;
    const id = graph.add('gate', `${run.id}/${i}`, `gate ${name}: ${gate.verdict}`, null, { ...gate });
    graph.link(self, id, 'judged');
  }
  if (run.decision !== null) {
    const id = graph.add('decision', run.id, run.decision, run.endedAt ?? run.updatedAt, { state: run.state });
    graph.link(self, id, 'decided');
  }
}

/** When it served, what it took the place of, and what took its place. */
function addServings(graph: Graph, self: string, { version, servings }: LineageRecord): void {
  const add = ({ id, version: who, startedAt, endedAt, endedBy, actor, reason }: ServingRecord) => {
    const until = endedAt === null ? 'still' : `until ${iso(endedAt)}`;
    const how = endedBy === 'rollback' ? ', rolled back from' : '';
    return graph.add('serving', String(id), `${who} served from ${iso(startedAt)}, ${until}${how}`, iso(startedAt), {
      version: who,
      to: isoOrNull(endedAt),
      endedBy,
      actor,
      reason,
    });
  };
  for (const [i, serving] of servings.entries()) {
    if (serving.version !== version.version) continue;
    const node = add(serving);
    graph.link(self, node, 'served');
    const [before, after] = [servings[i - 1], servings[i + 1]];
    if (before) graph.link(add(before), node, 'replaced');
    if (after) graph.link(node, add(after), 'replaced');
  }
}

class Graph {
  readonly #nodes = new Map<string, LineageNode>();
  readonly #edges = new Map<string, LineageEdge>();

  add(kind: LineageNode['kind'], key: string, label: string, at: string | null, detail: LineageNode['detail']): string {
    const id = `${kind}:${key}`;
    if (!this.#nodes.has(id)) this.#nodes.set(id, { id, kind, label, at, detail });
    return id;
  }

  link(from: string, to: string, kind: LineageEdge['kind']): void {
    this.#edges.set(`${from} ${kind} ${to}`, { from, to, kind });
  }

  done(): { nodes: LineageNode[]; edges: LineageEdge[] } {
    return { nodes: [...this.#nodes.values()], edges: [...this.#edges.values()] };
  }
}

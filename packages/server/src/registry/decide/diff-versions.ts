import type { Dataset, DiffRow, GateResult, VersionDiff, VersionInfo } from '@leeway/contract';

/** One of the two versions, with what is known beside its own record. */
export interface DiffSide {
  version: VersionInfo;
  dataset: Dataset | null;
  /** Of the run that made it, and the champion that it was compared with. */
  gates: readonly GateResult[];
  comparedWith: string | null;
  /** Inputs and outputs of its file by name, with their types; null where they are not known. */
  signature: Record<string, string> | null;
}

export type Better = (metric: string) => 'higher' | 'lower' | 'zero' | 'neither' | null;

/** What differs between two versions. What is the same is left out, but for metrics. Pure. */
export function diffVersions(a: DiffSide, b: DiffSide, better: Better): VersionDiff {
  const { comparable, why } = sameRows(a, b);
  const rows = [
    ...metricRows(a, b, comparable, better),
    ...gateRows(a, b, better),
    ...fields('params', a.version.params, b.version.params),
    ...fields('dataset', datasetFields(a), datasetFields(b)),
    ...fields('signature', a.signature ?? {}, b.signature ?? {}),
    ...fields('artifact', artifactFields(a), artifactFields(b)),
    ...fields('code', { commit: a.version.codeCommit }, { commit: b.version.codeCommit }),
    ...fields('environment', a.version.environment, b.version.environment),
    ...fields('tags', a.version.tags, b.version.tags),
  ];
  return { model: a.version.model, a: a.version.version, b: b.version.version, comparable, why, rows };
}

/** Metrics may be compared where both were taken on the same held-out rows. */
function sameRows(a: DiffSide, b: DiffSide): { comparable: boolean; why: string } {
  const [left, right] = [a.dataset?.holdout.rowsHash, b.dataset?.holdout.rowsHash];
  if (left !== undefined && left === right)
    return { comparable: true, why: 'both were scored on the same held-out rows' };
  const [first, second] = [a.version.dataset, b.version.dataset];
  if (first && second && first.hash === second.hash) {
    return { comparable: true, why: 'both are of the same dataset' };
  }
  if (!first || !second) return { comparable: false, why: 'of one of them the held-out rows are not on record' };
  return { comparable: false, why: 'they were scored on different held-out rows; only gates compare on the same' };
}

function metricRows(a: DiffSide, b: DiffSide, comparable: boolean, better: Better): DiffRow[] {
  const [left, right] = [a.version.metrics, b.version.metrics];
  return names(left, right).map((name) => {
    const [x, y] = [left[name] ?? null, right[name] ?? null];
    const change = comparable && x !== null && y !== null ? y - x : null;
    return {
      section: 'metrics',
      name,
      a: x,
      b: y,
      change,
      better: change === null ? null : which(x!, y!, better(name)),
    };
  });
}

/** Where one was the champion that the other was compared with, its gates have both on the same rows. */
function gateRows(a: DiffSide, b: DiffSide, better: Better): DiffRow[] {
  const rows: DiffRow[] = [];
  const direct = (side: DiffSide, other: DiffSide, turned: boolean) => {
    if (side.comparedWith !== other.version.version) return;
    for (const gate of side.gates) {
      if (gate.champion === null || gate.challenger === null) continue;
      const [x, y] = turned ? [gate.challenger, gate.champion] : [gate.champion, gate.challenger];
      const name = `${gate.type} ${gate.metric}, same ${gate.n} rows: ${gate.verdict}`;
      rows.push({ section: 'gates', name, a: x, b: y, change: y - x, better: which(x, y, better(gate.metric)) });
    }
  };
  direct(b, a, false);
  direct(a, b, true);
  return rows;
}

function which(x: number, y: number, better: ReturnType<Better>): DiffRow['better'] {
  if (x === y || better === null || better === 'neither') return null;
  if (better === 'zero') return Math.abs(x) === Math.abs(y) ? null : Math.abs(y) < Math.abs(x) ? 'b' : 'a';
  return y > x === (better === 'higher') ? 'b' : 'a';
}

function fields(section: DiffRow['section'], left: Record<string, unknown>, right: Record<string, unknown>): DiffRow[] {
  return names(left, right).flatMap((name) => {
    const [a, b] = [left[name] ?? null, right[name] ?? null];
    if (JSON.stringify(a) === JSON.stringify(b)) return [];
    const change = typeof a === 'number' && typeof b === 'number' ? b - a : null;
    return [{ section, name, a, b, change, better: null }];
  });
}

function datasetFields({ version, dataset }: DiffSide): Record<string, unknown> {
  const columns = dataset?.query.columns.map(({ name, type }) => [`column ${name}`, type]) ?? [];
  return {
    ...version.dataset,
    ...(version.datasetReference !== null && { reference: version.datasetReference }),
    ...(dataset && { window: dataset.query.window, preprocessing: dataset.fitted?.hash ?? null }),
    ...(dataset && { holdoutRowsHash: dataset.holdout.rowsHash }),
    ...Object.fromEntries(columns),
  };
}

const artifactFields = ({ version: { artifact } }: DiffSide) => ({
  hash: artifact.hash,
  bytes: artifact.bytes,
  format: artifact.format,
});

/** Names of both, those of the first in their order first. */
const names = (left: object, right: object): string[] => [...new Set([...Object.keys(left), ...Object.keys(right)])];

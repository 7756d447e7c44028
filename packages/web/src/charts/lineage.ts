import type { Lineage, LineageEdge, LineageNode } from '@leeway/contract';

/** A lineage as a drawing from left to right: what was first stands left of what followed. */

export const BOX = { width: 170, height: 46, gapX: 34, gapY: 14 };

export interface PlacedNode extends Pick<LineageNode, 'id' | 'kind' | 'label' | 'at'> {
  x: number;
  y: number;
  /** How many nodes of the kind it stands for. */
  count: number;
  own: boolean;
}

export interface PlacedEdge extends LineageEdge {
  path: string;
}

interface Drawing {
  nodes: PlacedNode[];
  edges: PlacedEdge[];
  width: number;
  height: number;
}

/** More of one kind than this beside each other are drawn as one box. */
const MOST_ALIKE = 5;
const GATHERED: Partial<Record<LineageNode['kind'], string>> = {
  training: 'trainings',
  gate: 'gates',
  version: 'versions',
  serving: 'stretches',
};

export function drawLineage(lineage: Lineage): Drawing {
  const { nodes, edges } = gather(lineage);
  const rank = ranksOf(nodes, edges);
  const columns = Array.from({ length: 1 + Math.max(...rank.values()) }, (_, column) =>
    nodes.filter(({ id }) => rank.get(id) === column),
  );
  const places = new Map<string, { x: number; y: number }>();
  const tallest = Math.max(...columns.map(({ length }) => length));
  for (const [i, column] of columns.entries()) {
    const wished = (id: string) => {
      const before = edges.flatMap(({ from, to }) => (to === id && places.has(from) ? [places.get(from)!.y] : []));
      return before.length === 0 ? 0 : before.reduce((sum, y) => sum + y, 0) / before.length;
    };
    const sorted = column.map((node) => ({ node, y: wished(node.id) })).sort((a, b) => a.y - b.y);
    const top = ((tallest - column.length) * (BOX.height + BOX.gapY)) / 2;
    for (const [row, { node }] of sorted.entries())
      places.set(node.id, { x: i * (BOX.width + BOX.gapX), y: top + row * (BOX.height + BOX.gapY) });
  }
  const own = `version:${lineage.version}`;
  return {
    nodes: nodes.map((node) => ({ ...node, ...places.get(node.id)!, own: node.id === own })),
    edges: edges.map((edge) => ({ ...edge, path: pathOf(places.get(edge.from)!, places.get(edge.to)!) })),
    width: columns.length * (BOX.width + BOX.gapX) - BOX.gapX,
    height: tallest * (BOX.height + BOX.gapY) - BOX.gapY,
  };
}

type Box = Pick<PlacedNode, 'id' | 'kind' | 'label' | 'at' | 'count'>;

/** Many nodes of a kind with the same neighbours become one: twenty trials say no more in a drawing than "20 trainings". */
function gather({ nodes, edges, version }: Lineage): { nodes: Box[]; edges: LineageEdge[] } {
  const sideOf = (id: string) => {
    const about = edges.filter(({ from, to }) => from === id || to === id);
    return about.map(({ from, to, kind }) => (from === id ? `${kind}>${to}` : `${from}>${kind}`)).join('|');
  };
  const groups = new Map<string, LineageNode[]>();
  for (const node of nodes) {
    const alike = node.kind in GATHERED && node.id !== `version:${version}`;
    const key = alike ? `${node.kind} ${sideOf(node.id)}` : node.id;
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const standsFor = new Map<string, string>();
  const boxes = [...groups.values()].flatMap((group): Box[] => {
    const [first] = group as [LineageNode];
    const single = ({ id, kind, label, at }: LineageNode) => ({ id, kind, label, at, count: 1 });
    if (group.length <= MOST_ALIKE) return group.map(single);
    for (const { id } of group) standsFor.set(id, first.id);
    return [{ ...single(first), label: `${group.length} ${GATHERED[first.kind]}`, count: group.length }];
  });
  const joined = new Map<string, LineageEdge>();
  for (const edge of edges) {
    const [from, to] = [standsFor.get(edge.from) ?? edge.from, standsFor.get(edge.to) ?? edge.to];
    joined.set(`${from} ${to}`, { ...edge, from, to });
  }
  const known = new Set(boxes.map(({ id }) => id));
  return { nodes: boxes, edges: [...joined.values()].filter(({ from, to }) => known.has(from) && known.has(to)) };
}

/** The column of each node: one right of the last of what led to it. A circle, which no record should have, is cut. */
function ranksOf(nodes: readonly Box[], edges: readonly LineageEdge[]): Map<string, number> {
  const before = new Map(nodes.map(({ id }) => [id, edges.filter(({ to }) => to === id).map(({ from }) => from)]));
  const ranks = new Map<string, number>();
  const rankOf = (id: string, above: ReadonlySet<string>): number => {
    const known = ranks.get(id);
    if (known !== undefined) return known;
    const path = new Set([...above, id]);
    const rank = Math.max(
      -1,
      ...before
        .get(id)!
        .filter((one) => !path.has(one))
        .map((one) => rankOf(one, path)),
    );
    ranks.set(id, rank + 1);
    return rank + 1;
  };
  for (const { id } of nodes) rankOf(id, new Set());
  return closeUp(ranks, edges);
}

/** What leads to something far right stands just left of it, so that lines are short. */
function closeUp(ranks: Map<string, number>, edges: readonly LineageEdge[]): Map<string, number> {
  for (const [id, rank] of ranks) {
    if (edges.some(({ to }) => to === id)) continue;
    const next = edges.filter(({ from }) => from === id).map(({ to }) => ranks.get(to)!);
    if (next.length > 0) ranks.set(id, Math.max(rank, Math.min(...next) - 1));
  }
  return ranks;
}

function pathOf(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const bend = Math.max(20, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

/** How an edge reads between the two that it joins. */
export const EDGE_WORDS: Record<LineageEdge['kind'], string> = {
  started: 'started',
  read: 'was read by',
  ran: 'ran',
  made: 'made',
  judged: 'was judged by',
  decided: 'was decided',
  served: 'served',
  replaced: 'was replaced by',
  parent: 'is the parent of',
  same: 'is also',
};

import type { Lineage, LineageEdge, LineageNode } from '@leeway/contract';

/** Words for an edge, read from the version outwards. */
const BACK: Record<LineageEdge['kind'], string> = {
  started: 'started by',
  read: 'read',
  ran: 'ran in',
  made: 'made by',
  judged: 'judged of',
  decided: 'decided of',
  served: 'of',
  replaced: 'in place of',
  parent: 'from',
  same: 'of',
};
const FORTH: Record<LineageEdge['kind'], string> = {
  started: 'started',
  read: 'read by',
  ran: 'ran',
  made: 'made',
  judged: 'judged by',
  decided: 'decided:',
  served: 'served:',
  replaced: 'then',
  parent: 'parent of',
  same: 'is also',
};

/** A lineage as a tree of text: first what led to the version, then what became of it. Each node is told once. */
export function drawLineage({ model, version, nodes, edges }: Lineage): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const self = `version:${version}`;
  const told = new Set([self]);
  const lines = [`${model} ${version}`];
  const walk = (id: string, forth: boolean, indent: string, last: boolean) => {
    // What a run that led here has run belongs to how the version came about.
    const both = !forth && byId.get(id)?.kind === 'run';
    const next = [...stepsFrom(edges, id, forth), ...(both ? stepsFrom(edges, id, true) : [])].filter(
      ({ other }) => !told.has(other) && byId.has(other),
    );
    for (const { other } of next) told.add(other);
    for (const [i, { other, word, forth: onwards }] of next.entries()) {
      const end = last && i === next.length - 1;
      lines.push(`${indent}${end ? '└─' : '├─'} ${word} ${label(byId.get(other)!)}`);
      walk(other, onwards, `${indent}${end ? '   ' : '│  '}`, true);
    }
  };
  const after = stepsFrom(edges, self, true).length > 0;
  walk(self, false, '', !after);
  walk(self, true, '', true);
  return lines.join('\n');
}

interface Step {
  other: string;
  word: string;
  forth: boolean;
}

function stepsFrom(edges: readonly LineageEdge[], id: string, forth: boolean): Step[] {
  return edges
    .filter(({ from, to }) => (forth ? from : to) === id)
    .map(({ from, to, kind }) => ({ other: forth ? to : from, word: (forth ? FORTH : BACK)[kind], forth }));
}

const label = ({ label: text, at }: LineageNode): string =>
  at === null || text.includes(at) ? text : `${text} (${at.slice(0, 16).replace('T', ' ')})`;

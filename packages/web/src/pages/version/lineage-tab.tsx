import type { Lineage, LineageEdge, LineageNode } from '@leeway/contract';
import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { lineageQuery } from '../../api/registry.ts';
import { BOX, drawLineage, EDGE_WORDS, type PlacedNode } from '../../charts/lineage.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { Time } from '../../components/time.tsx';
import { VersionLink } from '../../components/version-link.tsx';
import { words } from '../../lib/format.ts';
import { withReadableTimes } from '../../lib/time.ts';
import classes from './lineage.module.css';

/** Where the version comes from and what became of it: as a drawing, and as a list for those who cannot use one. */
export function LineageTab({ model, version }: { model: string; version: string }) {
  const query = useQuery(lineageQuery(model, version));
  return (
    <Load query={query} height={300}>
      {(lineage) => (
        <>
          <Section title="Lineage" note="from left to right: what was first, and what followed">
            <LineageDrawing lineage={lineage} />
          </Section>
          <div style={{ marginTop: 16 }}>
            <Section title="The same as a list">
              <EdgeList lineage={lineage} />
            </Section>
          </div>
        </>
      )}
    </Load>
  );
}

function LineageDrawing({ lineage }: { lineage: Lineage }) {
  const { nodes, edges, width, height } = useMemo(() => drawLineage(lineage), [lineage]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes['scroll']} tabIndex={0} aria-label={`Lineage of ${lineage.version}, drawn`}>
      <div className={classes['plane']} style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true" className={classes['edges']}>
          <defs>
            <marker
              id="lineage-arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0L8 4L0 8z" fill="var(--quiet)" />
            </marker>
          </defs>
          {edges.map(({ from, to, kind, path }) => (
            <path key={`${from} ${kind} ${to}`} d={path} markerEnd="url(#lineage-arrow)">
              <title>{EDGE_WORDS[kind]}</title>
            </path>
          ))}
        </svg>
        {nodes.map((node) => (
          <div
            key={node.id}
            className={classes['node']}
            data-kind={node.kind}
            data-own={node.own}
            style={{ left: node.x, top: node.y, width: BOX.width, height: BOX.height }}
            title={withReadableTimes(node.label)}
          >
            <span className={classes['kind']}>{words(node.kind)}</span>
            <span className={classes['label']}>
              <NodeName model={lineage.model} node={node} />
            </span>
          </div>
        ))}
      </div>
    </section>
  );
}

/** A node as a link to its page, where it has one. */
function NodeName({
  model,
  node,
}: {
  model: string;
  node: Pick<PlacedNode, 'id' | 'kind' | 'label'> & { count?: number };
}): ReactNode {
  const { id, kind, count = 1 } = node;
  const label = withReadableTimes(node.label);
  const key = id.slice(kind.length + 1);
  if (count > 1) return label;
  if (kind === 'version') return <VersionLink model={model} version={key} />;
  if (kind === 'run') {
    return <Anchor renderRoot={(props) => <Link to="/runs/$id" params={{ id: key }} {...props} />}>{label}</Anchor>;
  }
  if (kind === 'alert') {
    return <Anchor renderRoot={(props) => <Link to="/alerts/$id" params={{ id: key }} {...props} />}>{label}</Anchor>;
  }
  return label;
}

type Row = LineageEdge & { first: LineageNode; then: LineageNode };

function EdgeList({ lineage: { model, nodes, edges } }: { lineage: Lineage }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const rows = edges.flatMap((edge): Row[] => {
    const [first, then] = [byId.get(edge.from), byId.get(edge.to)];
    return first && then ? [{ ...edge, first, then }] : [];
  });
  const columns: Column<Row>[] = [
    { title: 'First', cell: ({ first }) => <NodeName model={model} node={first} /> },
    { title: 'How', nowrap: true, cell: ({ kind }) => EDGE_WORDS[kind] },
    { title: 'Then', cell: ({ then }) => <NodeName model={model} node={then} /> },
    { title: 'When', nowrap: true, cell: ({ then }) => <Time at={then.at} /> },
  ];
  return (
    <DataTable
      label="Lineage, step by step"
      rows={rows}
      columns={columns}
      rowKey={({ from, to, kind }) => `${from} ${kind} ${to}`}
      empty="Nothing else is on record of this version."
    />
  );
}

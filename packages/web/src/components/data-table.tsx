import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Nothing } from './page.tsx';

export interface Column<Row> {
  title: string;
  /** What stands in the head in place of the title. */
  head?: ReactNode;
  /** What it is, where the title does not say all. */
  hint?: string | undefined;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
  nowrap?: boolean;
  /** A share such as "30%" is for text, which keeps a width that can be read where the page is narrow. */
  width?: number | string;
}

interface DataTableProps<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  empty: ReactNode;
}

export function DataTable<Row>({ label, rows, columns, rowKey, empty }: DataTableProps<Row>) {
  if (rows.length === 0) return <Nothing>{empty}</Nothing>;
  const className = ({ numeric, nowrap, width }: Column<Row>) =>
    numeric ? 'numeric' : nowrap ? 'nowrap' : typeof width === 'string' ? 'prose' : undefined;
  return (
    <div className="table-scroll">
      <Table aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th
                key={column.title}
                scope="col"
                className={className(column)}
                w={column.width}
                title={column.hint}
              >
                {column.head ?? column.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map((column) => (
                <Table.Td key={column.title} className={className(column)}>
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

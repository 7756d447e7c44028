import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

interface PageProps {
  title: string;
  /** What stands beside the title. */
  aside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, aside, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Leeway`;
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        <Title order={1}>{title}</Title>
        {aside}
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, note, actions, children }: SectionProps) {
  return (
    <section className="section" aria-label={title}>
      <div className="section-head">
        <Title order={2}>{title}</Title>
        {note && <span className="quiet">{note}</span>}
        {actions && <div className="actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** Names and values in a row. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Nothing({ children }: { children: ReactNode }) {
  return (
    <p className="quiet panel" style={{ margin: 0, padding: '14px 16px' }}>
      {children}
    </p>
  );
}

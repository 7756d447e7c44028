import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { AlertPage } from './pages/alerts/alert-page.tsx';
import { AlertsPage } from './pages/alerts/alerts-page.tsx';
import { AuditPage } from './pages/audit/audit-page.tsx';
import { FleetPage } from './pages/fleet/fleet-page.tsx';
import { LoginPage } from './pages/login/login-page.tsx';
import { MessagesPage } from './pages/messages/messages-page.tsx';
import { modelSearch } from './pages/model/search.ts';
import { RunPage } from './pages/runs/run-page.tsx';
import { RunsPage } from './pages/runs/runs-page.tsx';
import { Failed, NotFound } from './pages/shell/not-found.tsx';
import { Shell } from './pages/shell/shell.tsx';

type Search = Record<string, unknown>;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const optional = <Key extends string>(key: Key, value: string | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { [K in Key]?: string };

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  component: LoginPage,
  validateSearch: (search: Search) => optional('next', text(search['next'])),
});
const fleet = createRoute({ getParentRoute: () => shell, path: '/', component: FleetPage });
const model = createRoute({
  getParentRoute: () => shell,
  path: '/models/$model',
  component: lazyRouteComponent(() => import('./pages/model/model-page.tsx'), 'ModelPage'),
  validateSearch: modelSearch,
});
const alerts = createRoute({
  getParentRoute: () => shell,
  path: '/alerts',
  component: AlertsPage,
  validateSearch: (search: Search) => optional('state', text(search['state'])),
});
const alert = createRoute({ getParentRoute: () => shell, path: '/alerts/$id', component: AlertPage });
const runs = createRoute({ getParentRoute: () => shell, path: '/runs', component: RunsPage });
const run = createRoute({ getParentRoute: () => shell, path: '/runs/$id', component: RunPage });
const messages = createRoute({ getParentRoute: () => shell, path: '/messages', component: MessagesPage });
const audit = createRoute({ getParentRoute: () => shell, path: '/audit', component: AuditPage });

export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren([fleet, model, alerts, alert, runs, run, messages, audit])]),
  defaultErrorComponent: Failed,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

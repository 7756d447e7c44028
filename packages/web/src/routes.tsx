import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { AlertPage } from './pages/alerts/alert-page.tsx';
import { AlertsPage } from './pages/alerts/alerts-page.tsx';
import { alertSearch } from './pages/alerts/filters.ts';
import { AuditPage } from './pages/audit/audit-page.tsx';
import { ChannelsPage } from './pages/channels/channels-page.tsx';
import { FleetPage } from './pages/fleet/fleet-page.tsx';
import { LoginPage } from './pages/login/login-page.tsx';
import { MessagesPage } from './pages/messages/messages-page.tsx';
import { messagesSearch } from './pages/messages/search.ts';
import { modelSearch } from './pages/model/search.ts';
import { OnCallPage } from './pages/on-call/on-call-page.tsx';
import { reviewSearch } from './pages/review/search.ts';
import { RunsPage } from './pages/runs/runs-page.tsx';
import { Failed, NotFound } from './pages/shell/not-found.tsx';
import { Shell } from './pages/shell/shell.tsx';
import { silencesSearch } from './pages/silences/search.ts';
import { SilencesPage } from './pages/silences/silences-page.tsx';
import { versionSearch } from './pages/version/search.ts';

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
const version = createRoute({
  getParentRoute: () => shell,
  path: '/models/$model/versions/$version',
  component: lazyRouteComponent(() => import('./pages/version/version-page.tsx'), 'VersionPage'),
  validateSearch: versionSearch,
});
const alerts = createRoute({
  getParentRoute: () => shell,
  path: '/alerts',
  component: AlertsPage,
  validateSearch: alertSearch,
});
const alert = createRoute({ getParentRoute: () => shell, path: '/alerts/$id', component: AlertPage });
const onCall = createRoute({ getParentRoute: () => shell, path: '/on-call', component: OnCallPage });
const runs = createRoute({ getParentRoute: () => shell, path: '/runs', component: RunsPage });
const run = createRoute({
  getParentRoute: () => shell,
  path: '/runs/$id',
  component: lazyRouteComponent(() => import('./pages/runs/run-page.tsx'), 'RunPage'),
});
const silences = createRoute({
  getParentRoute: () => shell,
  path: '/silences',
  component: SilencesPage,
  validateSearch: silencesSearch,
});
const review = createRoute({
  getParentRoute: () => shell,
  path: '/review',
  component: lazyRouteComponent(() => import('./pages/review/review-page.tsx'), 'ReviewPage'),
  validateSearch: reviewSearch,
});
const backtest = createRoute({
  getParentRoute: () => shell,
  path: '/models/$model/backtest',
  component: lazyRouteComponent(() => import('./pages/backtest/backtest-page.tsx'), 'BacktestPage'),
  validateSearch: (search: Search) => optional('rule', text(search['rule'])),
});
const channels = createRoute({ getParentRoute: () => shell, path: '/channels', component: ChannelsPage });
const messages = createRoute({
  getParentRoute: () => shell,
  path: '/messages',
  component: MessagesPage,
  validateSearch: messagesSearch,
});
const audit = createRoute({ getParentRoute: () => shell, path: '/audit', component: AuditPage });

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    shell.addChildren([
      fleet,
      model,
      version,
      alerts,
      alert,
      onCall,
      runs,
      run,
      messages,
      audit,
      silences,
      review,
      backtest,
      channels,
    ]),
  ]),
  defaultErrorComponent: Failed,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

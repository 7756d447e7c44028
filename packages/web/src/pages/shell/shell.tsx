import { AppShell, Badge, Burger, Group, NavLink } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconBell,
  IconBellOff,
  IconHistory,
  IconMail,
  IconMoodSearch,
  IconPhoneCall,
  IconPlug,
  IconRefresh,
  IconStack2,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { alertsQuery, sessionQuery } from '../../api/queries.ts';
import { useLive } from '../../api/use-live.ts';
import { Load } from '../../components/load.tsx';
import { Account } from './account.tsx';
import { useNotifications } from './use-notifications.ts';

const PLACES = [
  { to: '/', label: 'Fleet', icon: IconStack2, under: '/models' },
  { to: '/alerts', label: 'Alerts', icon: IconBell, under: '/alerts' },
  { to: '/on-call', label: 'On call', icon: IconPhoneCall, under: '/on-call' },
  { to: '/silences', label: 'Silences', icon: IconBellOff, under: '/silences' },
  { to: '/review', label: 'Review', icon: IconMoodSearch, under: '/review' },
  { to: '/runs', label: 'Runs', icon: IconRefresh, under: '/runs' },
  { to: '/channels', label: 'Channels', icon: IconPlug, under: '/channels' },
  { to: '/messages', label: 'Messages', icon: IconMail, under: '/messages' },
  { to: '/audit', label: 'Audit', icon: IconHistory, under: '/audit' },
] as const;

/** What is around every page: where one can go, who one is, and whether what one sees is live. */
export function Shell() {
  const session = useQuery(sessionQuery);
  return (
    <Load query={session} height={400}>
      {({ actor, role }) => <Frame actor={actor} role={role} />}
    </Load>
  );
}

function Frame({ actor, role }: { actor: string; role: string }) {
  const notifications = useNotifications();
  const live = useLive(notifications.onEvent);
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const firing = useQuery(alertsQuery({ state: 'firing' })).data?.length ?? 0;
  return (
    <AppShell
      padding="md"
      header={{ height: { base: 44, sm: 0 } }}
      navbar={{ width: 192, breakpoint: 'sm', collapsed: { mobile: !opened } }}
    >
      <AppShell.Header hiddenFrom="sm" px="sm">
        <Group h="100%" gap="sm">
          <Burger opened={opened} onClick={toggle} size="sm" aria-label="Navigation" />
          <Brand />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main" bg="var(--sunken)">
        <AppShell.Section px={8} pt={6} pb="md" visibleFrom="sm">
          <Brand />
        </AppShell.Section>
        <AppShell.Section grow style={{ overflowY: 'auto' }}>
          {PLACES.map(({ to, label, icon: Icon, under }) => (
            <NavLink
              key={to}
              label={label}
              leftSection={<Icon size={17} stroke={1.7} aria-hidden />}
              rightSection={
                label === 'Alerts' && firing > 0 ? (
                  <Badge size="sm" color="orange" variant="light" aria-label={`${firing} firing`}>
                    {firing}
                  </Badge>
                ) : null
              }
              active={pathname === to || pathname.startsWith(under)}
              onClick={close}
              style={{ borderRadius: 6 }}
              renderRoot={(props) => <Link to={to} {...props} />}
            />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <Account actor={actor} role={role} live={live} notifications={notifications} />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Brand() {
  return (
    <Link to="/" className="brand">
      <img src="/favicon.svg" width={22} height={22} alt="" />
      Leeway
    </Link>
  );
}

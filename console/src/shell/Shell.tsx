import { ActionIcon, Menu, Text, useMantineColorScheme } from '@mantine/core';
import {
  IconBuildingWarehouse,
  IconClipboardCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSun,
  IconTruckDelivery,
  IconUserCircle,
} from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';

import { session, useSession } from '../session/session';
import { LiveIndicator } from './LiveIndicator';
import { Logo } from './Logo';
import classes from './Shell.module.css';

const PLACES = [
  { to: '/', label: 'Stock', icon: IconBuildingWarehouse },
  { to: '/orders', label: 'Orders', icon: IconTruckDelivery },
  { to: '/counting', label: 'Counting', icon: IconClipboardCheck },
] as const;
/** Counting is the customer's own work. */
const PLACES_OF_SUPPLIERS = PLACES.filter(({ to }) => to !== '/counting');

/** What surrounds every page: the places (at the top, on a phone at the thumb), how live it is, who is signed in. */
export function Shell() {
  const places = useSession()?.user.role === 'supplier' ? PLACES_OF_SUPPLIERS : PLACES;
  return (
    <div className={classes['shell']}>
      <a className={classes['skip']} href="#content">
        Skip to the content
      </a>
      <header className={classes['header']}>
        <Link to="/" className={classes['brand']} aria-label="Shelfwire, to the stock list">
          <Logo size={30} />
          <span className={classes['name']}>Shelfwire</span>
        </Link>
        <nav className={classes['places']} aria-label="Main">
          {places.map(({ to, label, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              className={classes['place']}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              activeProps={{ 'aria-current': 'page' }}
            >
              <Icon size={22} stroke={1.7} aria-hidden />
              <span>{label}</span>
            </Link>
          ))}
        </nav>
        <div className={classes['side']}>
          <LiveIndicator />
          <UserMenu />
        </div>
      </header>
      <main id="content" className={classes['content']} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

function UserMenu() {
  const { setColorScheme } = useMantineColorScheme();
  const user = useSession()?.user;
  return (
    <Menu position="bottom-end" width={230} withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Your account and the look of this app">
          <IconUserCircle size={24} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {user ? (
          <Menu.Label>
            <Text size="sm" fw={600} truncate>
              {user.displayName}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {user.email} · {user.role}
            </Text>
          </Menu.Label>
        ) : null}
        <Menu.Divider />
        <Menu.Item leftSection={<IconSun size={16} />} onClick={() => setColorScheme('light')}>
          Light
        </Menu.Item>
        <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => setColorScheme('dark')}>
          Dark
        </Menu.Item>
        <Menu.Item leftSection={<IconDeviceDesktop size={16} />} onClick={() => setColorScheme('auto')}>
          As the device
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => session.end(null)}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

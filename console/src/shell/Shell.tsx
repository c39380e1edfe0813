import { ActionIcon, Menu, Text, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconKey, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { Link, Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import { AlertBell } from '../alerts/AlertBell';
import { session, useSession } from '../session/session';
import { SignInAgain } from '../session/SignInAgain';
import { LiveIndicator } from './LiveIndicator';
import { Logo } from './Logo';
import { Navigation } from './Navigation';
import classes from './Shell.module.css';
import { useWide } from './use-wide';

/** What surrounds every page: where one can go, how live it is, who is signed in. */
export function Shell({ children = <Outlet /> }: { children?: ReactNode }) {
  const wide = useWide();
  const isSupplier = useSession()?.user.role === 'supplier';
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
        <div className={classes['side']}>
          <LiveIndicator />
          {isSupplier ? null : <AlertBell />}
          <UserMenu />
        </div>
      </header>
      <div className={classes['body']}>
        {wide ? <Navigation form="rail" /> : null}
        <main id="content" className={classes['content']} tabIndex={-1}>
          {children}
        </main>
      </div>
      {wide ? null : <Navigation form="bar" />}
      <SignInAgain />
    </div>
  );
}

function UserMenu() {
  const { setColorScheme } = useMantineColorScheme();
  const user = useSession()?.user;
  return (
    <Menu position="bottom-end" width={230} withinPortal withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={44} aria-label="Your account and the look of this app">
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
        <Menu.Item leftSection={<IconKey size={16} />} component={Link} to="/password">
          Change password
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => session.end(null)}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

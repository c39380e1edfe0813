import { Skeleton, UnstyledButton } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';

import { useSession } from '../session/session';
import classes from './Navigation.module.css';
import { pagesByGroup, pagesFor, splitForPhone, type PageEntry } from './pages';

const MoreSheet = lazy(async () => ({ default: (await import('./MoreSheet')).MoreSheet }));

/** Where one can go: on a phone at the thumb, with the rest behind "More"; on a wide screen a rail at the side. */
export function Navigation({ form }: { form: 'bar' | 'rail' }) {
  const pages = pagesFor(useSession()?.user.role);
  return form === 'bar' ? <Bar pages={pages} /> : <Rail pages={pages} />;
}

function Rail({ pages }: { pages: readonly PageEntry[] }) {
  return (
    <nav className={classes['rail']} aria-label="Main">
      {pagesByGroup(pages).map(({ group, pages: ofGroup }) => (
        <div key={group} role="group" className={classes['group']} aria-label={group}>
          <div className={classes['groupName']} aria-hidden>
            {group}
          </div>
          {ofGroup.map((page) => (
            <PlaceLink key={page.to} page={page} />
          ))}
        </div>
      ))}
    </nav>
  );
}

function Bar({ pages }: { pages: readonly PageEntry[] }) {
  const [open, setOpen] = useState(false);
  const { bar, more } = splitForPhone(pages);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const inMore = more.some(({ to }) => path.startsWith(to));
  return (
    <nav className={classes['bar']} aria-label="Main">
      {bar.map((page) => (
        <PlaceLink key={page.to} page={page} />
      ))}
      {more.length > 0 ? (
        <UnstyledButton
          className={classes['place'] ?? ''}
          aria-haspopup="dialog"
          aria-expanded={open}
          data-current={inMore}
          onClick={() => setOpen(true)}
        >
          <IconDots size={22} stroke={1.7} aria-hidden />
          <span>More</span>
        </UnstyledButton>
      ) : null}
      {open ? (
        <Suspense fallback={<Skeleton height={1} />}>
          <MoreSheet pages={more} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </nav>
  );
}

function PlaceLink({ page: { to, label, icon: Icon } }: { page: PageEntry }) {
  return (
    <Link
      to={to}
      className={classes['place']}
      activeOptions={{ exact: to === '/', includeSearch: false }}
      activeProps={{ 'aria-current': 'page' }}
    >
      <Icon size={22} stroke={1.7} aria-hidden />
      <span>{label}</span>
    </Link>
  );
}

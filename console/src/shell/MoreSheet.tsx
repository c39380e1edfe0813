import { Drawer } from '@mantine/core';
import { Link } from '@tanstack/react-router';

import classes from './MoreSheet.module.css';
import { pagesByGroup, type PageEntry } from './pages';
import { useFocusReturn } from './use-focus-return';

/** The pages that have no place at the thumb, in their groups. */
export function MoreSheet({ pages, onClose }: { pages: readonly PageEntry[]; onClose: () => void }) {
  useFocusReturn();
  return (
    <Drawer
      opened
      onClose={onClose}
      position="bottom"
      size="auto"
      title="More"
      classNames={{ inner: classes['inner'] ?? '', content: classes['sheet'] ?? '', body: classes['body'] ?? '' }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {pagesByGroup(pages).map(({ group, pages: ofGroup }) => (
        <section key={group} aria-label={group}>
          <div className={classes['groupName']} aria-hidden>
            {group}
          </div>
          <div className={classes['places']}>
            {ofGroup.map(({ to, label, icon: Icon }) => (
              <Link
                key={to}
                to={to}
                className={classes['place']}
                activeProps={{ 'aria-current': 'page' }}
                onClick={onClose}
              >
                <Icon size={24} stroke={1.7} aria-hidden />
                <span>{label}</span>
              </Link>
            ))}
          </div>
        </section>
      ))}
    </Drawer>
  );
}

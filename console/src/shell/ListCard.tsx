import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';

import classes from './ListCard.module.css';

/** One thing of a list: what it is, what is known of it, what can be done about it. */
export function ListCard({
  title,
  link,
  meta,
  badges,
  tone,
  children,
  actions,
}: {
  title: ReactNode;
  /** Where the title leads. */
  link?: LinkProps | undefined;
  meta?: ReactNode;
  badges?: ReactNode;
  /** A coloured edge; what it means must stand in words too. */
  tone?: 'red' | 'orange' | 'yellow' | 'blue' | 'gray' | 'teal';
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div role="listitem" className={classes['card']} data-tone={tone}>
      <div className={classes['head']}>
        <div className={classes['what']}>
          {link ? (
            <Link {...link} className={classes['title']}>
              {title}
            </Link>
          ) : (
            <span className={classes['title']}>{title}</span>
          )}
          {meta ? <div className={classes['meta']}>{meta}</div> : null}
        </div>
        {badges ? <div className={classes['badges']}>{badges}</div> : null}
      </div>
      {children ? <div className={classes['body']}>{children}</div> : null}
      {actions ? <div className={classes['actions']}>{actions}</div> : null}
    </div>
  );
}

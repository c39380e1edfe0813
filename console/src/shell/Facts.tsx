import { Fragment, type ReactNode } from 'react';

import classes from './facts.module.css';

/** The third is true for what somebody must look at. */
export type Fact = readonly [name: string, value: ReactNode, alarm?: boolean];

/** What is known of a thing, name by name. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={classes['facts']}>
      {facts.map(([name, value, alarm = false], index) => (
        <Fragment key={`${name}-${index}`}>
          <dt>{name}</dt>
          <dd data-alarm={alarm}>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

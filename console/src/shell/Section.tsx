import { Paper, Title } from '@mantine/core';
import { useId, type ReactNode } from 'react';

import classes from './Section.module.css';

/** A titled card. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <Paper component="section" className={classes['card'] ?? ''} aria-labelledby={id}>
      <Title order={2} size="h5" mb="sm" id={id}>
        {title}
      </Title>
      {children}
    </Paper>
  );
}

import { Anchor } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ReactNode, Ref } from 'react';

import classes from './BackLink.module.css';

function BackAnchor({
  children,
  ...anchor
}: AnchorHTMLAttributes<HTMLAnchorElement> & { children?: ReactNode; ref?: Ref<HTMLAnchorElement> }) {
  return (
    <Anchor size="sm" {...anchor} className={classes['back'] ?? ''}>
      <IconArrowLeft size={16} aria-hidden /> {children}
    </Anchor>
  );
}

/** Above a page of one thing: to the list that it is of. */
export const BackLink = createLink(BackAnchor);

import { Modal, type ModalProps } from '@mantine/core';
import type { ReactNode } from 'react';

import { useFocusReturn } from './use-focus-return';

/** A question over the page, there for as long as it is rendered. */
export function Dialog({
  title,
  onClose,
  children,
  ...look
}: { title: string; onClose: () => void; children: ReactNode } & Pick<ModalProps, 'size' | 'overlayProps'>) {
  useFocusReturn();
  return (
    <Modal opened onClose={onClose} title={title} centered {...look}>
      {children}
    </Modal>
  );
}

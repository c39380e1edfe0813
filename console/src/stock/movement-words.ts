import type { Movement } from '../api/types';

export const MOVEMENT_WORDS: Readonly<Record<Movement['kind'], string>> = {
  CONSUMPTION: 'Taken',
  RECEIPT: 'Received',
  ADJUSTMENT: 'Counted',
  TRANSFER: 'Moved',
  RETURN: 'Returned',
  UNEXPLAINED: 'Unexplained',
};

import type { QuarantineEntry } from '@shelfwire/contract/api';

export type NewQuarantineEntry = Omit<QuarantineEntry, 'id'>;

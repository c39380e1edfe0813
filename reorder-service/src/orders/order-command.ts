import type { NeedAfterwards } from '@shelfwire/contract/api';

import type { LineAcknowledgement } from './acknowledge-line.ts';
import type { LineQuantity } from './order-step.ts';
import type { Arrival, ArrivedAt } from './receive-goods.ts';
import type { Urge, UrgingAnswer } from './urge-order.ts';

/** What may happen to an order. Quantities are in stock units. */
export type OrderCommand =
  | { kind: 'approve' }
  | { kind: 'decline'; note: string }
  | { kind: 'hold'; note: string; refused?: boolean }
  | { kind: 'release' }
  | { kind: 'sent' }
  | { kind: 'cancel'; note: string }
  | { kind: 'request-cancellation'; note: string; by: string; need: NeedAfterwards }
  | { kind: 'cancellation-answer'; answer: 'accepted' | 'refused' | 'by-supplier'; reason: string | null }
  | {
      kind: 'acknowledge';
      supplierOrderNumber?: string | undefined;
      lines: readonly LineAcknowledgement[];
      /** By so much a price may rise before a person has to agree. */
      priceTolerance?: number;
    }
  | ({ kind: 'urge' } & Urge)
  | ({ kind: 'urging-answer' } & UrgingAnswer)
  | { kind: 'accept-change' }
  | { kind: 'despatch'; expectedDeliveryAtMs?: number | undefined; lines: readonly LineQuantity[] }
  | { kind: 'propose'; lines: readonly LineQuantity[] }
  | { kind: 'dismiss'; lines: readonly LineQuantity[]; note: string }
  | { kind: 'receive'; by: string; at?: ArrivedAt; lines: readonly Arrival[] }
  | { kind: 'escalate'; level: number; event: string; note: string }
  | { kind: 'close'; note: string };

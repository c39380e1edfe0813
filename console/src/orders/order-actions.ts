import type { CurrentUser, OrderDetail, OrderStatus } from '../api/types';

type Role = CurrentUser['role'];
export type PossibleAction =
  | 'approve'
  | 'decline'
  | 'edit'
  | 'retry'
  | 'accept-change'
  | 'receive'
  | 'urge'
  | 'cancel'
  | 'close-short'
  | 'close-undelivered';

const RANKS: Readonly<Record<Role, number>> = { supplier: -1, viewer: 0, operator: 1, buyer: 2, admin: 3 };

const WAITING: readonly OrderStatus[] = ['DRAFT', 'PENDING_APPROVAL'];
const EDITABLE: readonly OrderStatus[] = [...WAITING, 'APPROVED', 'ON_HOLD'];
const ON_ITS_WAY: readonly OrderStatus[] = [
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'PARTIALLY_RECEIVED',
];
/** The supplier has it, and something of it has not left. */
const URGEABLE: readonly OrderStatus[] = ['SENT', 'ACKNOWLEDGED', 'PARTIALLY_SHIPPED', 'PARTIALLY_RECEIVED'];
const CANCELLABLE: readonly OrderStatus[] = [
  'APPROVED',
  'ON_HOLD',
  'SENT',
  'ACKNOWLEDGED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
];

/** What this person can do about the order as it stands, the likeliest first. */
export function possibleActions(order: OrderDetail, role: Role | undefined): PossibleAction[] {
  if (role === undefined) return [];
  const decides = RANKS[role] >= RANKS.buyer;
  const { status, lines } = order;
  const received = lines.some((line) => line.receivedQuantity > 0);
  const proposed = lines.some((line) => line.proposedQuantity > 0);
  const onItsWay = ON_ITS_WAY.includes(status);
  const asked = order.cancellationRequestedAtMs !== null;
  const possible: readonly (readonly [PossibleAction, boolean])[] = [
    ['approve', WAITING.includes(status) && RANKS[role] >= rankToApprove(order)],
    ['retry', decides && status === 'ON_HOLD'],
    ['receive', RANKS[role] >= RANKS.operator && onItsWay],
    ['accept-change', decides && onItsWay && order.attention !== null && !asked && !proposed && !isOverdue(order)],
    ['edit', decides && EDITABLE.includes(status) && order.sentAtMs === null],
    ['urge', RANKS[role] >= RANKS.operator && URGEABLE.includes(status) && !asked],
    ['close-short', decides && !proposed && received && (onItsWay || status === 'RECEIVED')],
    ['close-undelivered', decides && !proposed && !received && onItsWay],
    ['cancel', decides && CANCELLABLE.includes(status) && !received && !asked],
    ['decline', decides && WAITING.includes(status)],
  ];
  return possible.filter(([, is]) => is).map(([action]) => action);
}

/** Being late is nothing that anybody could agree to. */
function isOverdue(order: OrderDetail): boolean {
  return order.escalationLevel >= 2;
}

function rankToApprove({ approval }: OrderDetail): number {
  const required = approval?.requiredRole ?? 'buyer';
  return RANKS[required as Role] ?? RANKS.admin;
}

/** Who still has to approve, in a sentence; undefined when nobody has to. */
export function describeApproval({ approval, status }: OrderDetail): string | undefined {
  if (approval === null || !WAITING.includes(status)) return undefined;
  const { approvals, given, requiredRole } = approval;
  const least =
    requiredRole === 'admin' ? 'an administrator' : `${requiredRole === 'operator' ? 'an' : 'a'} ${requiredRole}`;
  const who =
    approvals === 1 ? `${least} has to approve it` : `${approvals} people have to approve it, ${least} or higher`;
  const already =
    given.length === 0 ? 'nobody has yet' : `${given.join(' and ')} ${given.length === 1 ? 'has' : 'have'}`;
  return `${who.charAt(0).toUpperCase()}${who.slice(1)}; ${already}.`;
}

import type { CurrentUser } from '../api/types';
import { useSession } from './session';

/** As the service decides it; here, so that nobody is offered what would be refused. */
const ALLOWED = {
  /** Count, receive, move, reserve, take on an alert. */
  keepStock: ['admin', 'buyer', 'operator'],
  /** Approve; which orders, the approval rules say. */
  approveOrders: ['admin', 'buyer', 'operator'],
  /** Change, cancel, close, send again. */
  decideOrders: ['admin', 'buyer'],
  /** Set policies, follow what is suggested. */
  decidePolicies: ['admin', 'buyer'],
  /** Say which bin a device looks into, and what becomes of its readings. */
  settleReadings: ['admin', 'operator'],
} as const satisfies Record<string, readonly CurrentUser['role'][]>;

export function useMay(what: keyof typeof ALLOWED): boolean {
  const role = useSession()?.user.role;
  return role !== undefined && (ALLOWED[what] as readonly string[]).includes(role);
}

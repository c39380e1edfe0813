import type { Bug } from './bug.ts';
import { CENTRE_BUGS } from './centre-bugs.ts';
import { GATEWAY_BUGS } from './gateway-bugs.ts';
import { ORDER_BUGS } from './order-bugs.ts';
import { PEOPLE_BUGS } from './people-bugs.ts';
import { REPLICA_BUGS } from './replica-bugs.ts';

/** Mistakes of the kind real teams make, in the order of a reading's way. */
export const BUGS: readonly Bug[] = [...GATEWAY_BUGS, ...CENTRE_BUGS, ...ORDER_BUGS, ...PEOPLE_BUGS, ...REPLICA_BUGS];

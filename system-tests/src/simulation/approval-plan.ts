import type { SeededRandom } from '@shelfwire/test-servers';

export type Role = 'operator' | 'buyer' | 'admin';
const RANK: Readonly<Record<Role, number>> = { operator: 0, buyer: 1, admin: 2 };

export interface Person {
  userId: string;
  email: string;
  role: Role;
  /** Looks at what waits every so often, while the office is open. */
  looksEveryMinutes: readonly [min: number, max: number];
}

/** One who is quick, one who is late, one who is hardly there, and one who may not. */
export const PEOPLE: readonly Person[] = [
  personOf(1, 'buyer', [20, 120]),
  personOf(2, 'buyer', [60, 360]),
  personOf(3, 'admin', [60, 480]),
  personOf(4, 'operator', [120, 480]),
];

function personOf(number: number, role: Role, looksEveryMinutes: Person['looksEveryMinutes']): Person {
  const userId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  return { userId, email: `${role}-${number}@simulated.invalid`, role, looksEveryMinutes };
}

/** Who has to be asked: so many people of at least this role. */
export interface Asked {
  approvals: number;
  role: 'buyer' | 'admin';
}

/** Of a shelf: what its item costs, and whether its policy sends orders by itself. */
export interface Terms {
  autoApprove: boolean;
  isDear: boolean;
  packPriceCents: number;
}

export interface ApprovalPlan {
  /** For items that are dear, from an amount on. */
  rule: (Asked & { minAmountCents: number }) | undefined;
  monthlyCents: number | undefined;
  terms: readonly Terms[];
}

const NOBODY_IS_ASKED_CHANCE = 0.15;

/** Some sites ask nobody; others have a rule, a budget, or policies that want a person. */
export function planApprovals(shelves: number, random: SeededRandom): ApprovalPlan {
  const asksNobody = random.next() < NOBODY_IS_ASKED_CHANCE;
  const terms = Array.from({ length: shelves }, () => ({
    autoApprove: random.next() < 0.75 || asksNobody,
    isDear: random.next() < 0.5,
    packPriceCents: 100 + Math.floor(random.next() * 2_000),
  }));
  const rule = {
    approvals: random.next() < 0.4 ? 1 : 2,
    role: random.next() < 0.75 ? ('buyer' as const) : ('admin' as const),
    minAmountCents: random.next() < 0.5 ? 0 : Math.floor(random.between(500, 8_000)),
  };
  const [hasRule, hasBudget, monthlyCents] = [
    random.next() < 0.75,
    random.next() < 0.4,
    random.between(10_000, 60_000),
  ];
  return {
    // There is one admin only.
    rule: hasRule && !asksNobody ? { ...rule, approvals: rule.role === 'admin' ? 1 : rule.approvals } : undefined,
    monthlyCents: hasBudget && !asksNobody ? Math.floor(monthlyCents) : undefined,
    terms,
  };
}

export function mayApprove({ role }: Person, asked: Asked): boolean {
  return RANK[role] >= RANK[asked.role];
}

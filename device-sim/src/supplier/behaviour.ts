import { z } from 'zod';

/** How a simulated supplier behaves. Set in fleet.yaml, changed at run time by `POST /control`. */
export const behaviourSchema = z.strictObject({
  /** From the order to the order response. */
  acknowledgeAfterMs: z.int().min(0).default(1_500).describe('From the order to the order response.'),
  /** From the order response to the despatch advice. */
  shipAfterMs: z.int().min(0).default(15_000),
  /** From the despatch advice to the goods at the dock. */
  transitMs: z.int().min(0).default(10_000),
  /** Promises so much later than the goods come to the dock: somebody has to carry them to the shelf. */
  promiseMarginMs: z.int().min(0).default(0),
  /** Slow: each HTTP answer is held back that long. */
  answerAfterMs: z.int().min(0).default(0),
  /** The next so many orders are answered 503 and forgotten. */
  failNext: z.int().min(0).default(0),
  /** The next so many orders are taken, but the connection breaks before the answer: the buyer has to ask again. */
  breakAfterTakingNext: z.int().min(0).default(0),
  /** Never answers by order response: the order stays unacknowledged. */
  silent: z.boolean().default(false),
  /** Part numbers that are rejected (IR); `*` is every one. */
  rejectPartNumbers: z.array(z.string()).default([]),
  /** Confirms that share of the ordered units, rounded down (IQ, or IR at none). */
  confirmRatio: z.number().min(0).max(2).default(1),
  /** Ships that share of the confirmed units, rounded down. */
  shipRatio: z.number().min(0).max(1).default(1),
  /** Raises every price by that factor (IP), where the order names one. */
  priceFactor: z.number().min(0).default(1),
  /** Promises, and delivers, so much later than usual (DR). */
  promiseLaterMs: z.int().min(0).default(0),
  /** Agrees to cancellations until the goods have left; else refuses them all. */
  acceptCancellations: z.boolean().default(true),
  /** Sends each callback that many times: a supplier's system that repeats itself. */
  callbackCopies: z.int().min(1).max(10).default(1),
});
export type Behaviour = z.infer<typeof behaviourSchema>;

/** A change at run time: only what is named changes, for one supplier or for all. */
export const controlSchema = z.strictObject({
  supplierId: z.string().optional(),
  behaviour: z.record(z.string(), z.unknown()),
});

/** @returns the changed behaviour, or the problems of the change */
export function changeBehaviour(
  now: Behaviour,
  change: Readonly<Record<string, unknown>>,
): { ok: true; behaviour: Behaviour } | { ok: false; error: z.ZodError } {
  const parsed = behaviourSchema.safeParse({ ...now, ...change });
  return parsed.success ? { ok: true, behaviour: parsed.data } : { ok: false, error: parsed.error };
}

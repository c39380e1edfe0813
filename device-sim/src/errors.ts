/** Every code a person may meet from this package; docs/errors.md is generated from it. */
export const ERROR_CODES = {
  CONFIG_INVALID: {
    what: 'The fleet file or an environment variable is wrong; every problem is listed with its place.',
    todo: 'Correct the named places and start again.',
  },
  SIM_STATE_INVALID: {
    what: 'The file in which the simulated world is kept cannot be read.',
    todo: 'Move the file away: the world then starts again as the fleet file describes it.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    what: 'An order came to the simulated supplier without an Idempotency-Key.',
    todo: 'Send the header; without it a repeat could not be told from a second order.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    what: 'An order came with a key that was used for a different order.',
    todo: 'Use a new key for a new order, and the same body for a repeat.',
  },
  ORDER_INVALID: {
    what: 'The simulated supplier cannot read the order.',
    todo: 'Compare it with purchaseOrderMessageSchema in the contract.',
  },
  SUPPLIER_TOKEN_WRONG: {
    what: 'The bearer token is not one of the simulated supplier.',
    todo: 'Give the catalogue and the fleet file the same apiToken.',
  },
  SUPPLIER_UNAVAILABLE: {
    what: 'The simulated supplier was told to fail.',
    todo: 'Try again, or change its behaviour by POST /control.',
  },
} as const;

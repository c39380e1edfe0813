export interface BrokenPromise {
  kind:
    | 'lost'
    | 'duplicate'
    | 'wrong-level'
    | 'double-order'
    | 'doubtful-order'
    | 'forgotten-order'
    | 'unapproved-order'
    | 'late-ledger'
    | 'late-order'
    | 'late-close'
    | 'late-confirmation'
    | 'endless-redelivery'
    | 'wrong-quantity'
    | 'wrong-papers'
    | 'books'
    | 'counters';
  sentence: string;
}

export function broke(kind: BrokenPromise['kind'], sentence: string): BrokenPromise {
  return { kind, sentence };
}

import type { OrderLine, Receipt, ReceivedLine } from '../api/types';

/** What a person has entered for one line so far; quantities in stock units, '' while nothing is entered. */
export interface LineDraft {
  lineNumber: number;
  good: number | '';
  bad: number | '';
  badBecause: 'damaged' | 'wrong-item';
  lot: string;
  /** As 2027-03-31. */
  expiresOn: string;
  restWillNotCome: boolean;
}

/** What a scanned label said of one line. */
export interface ScannedGoods {
  line: number;
  count?: number | undefined;
  lot?: string | undefined;
  expires?: string | undefined;
}

/** What may still come on a line: of a receipt that was announced or seen by a scale, what that says. */
export function expectedOf(line: OrderLine, receipt: Receipt | undefined): number {
  if (!receipt) {
    const { orderedQuantity, cancelledQuantity, receivedQuantity, proposedQuantity } = line;
    return line.open ? Math.max(0, orderedQuantity - cancelledQuantity - receivedQuantity - proposedQuantity) : 0;
  }
  return receipt.lines
    .filter(({ lineNumber, condition }) => lineNumber === line.lineNumber && condition === 'good')
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Nothing is counted beforehand: who receives counts. Lot and expiry are taken from the paper or the label. */
export function draftsOf(
  lines: readonly OrderLine[],
  receipt: Receipt | undefined,
  scanned: ScannedGoods | undefined,
): LineDraft[] {
  return lines.map(({ lineNumber }) => {
    const told = receipt?.lines.find((each) => each.lineNumber === lineNumber);
    const label = scanned?.line === lineNumber ? scanned : undefined;
    return {
      lineNumber,
      good: label?.count ?? '',
      bad: '',
      badBecause: 'damaged',
      lot: label?.lot ?? told?.lot ?? '',
      expiresOn: label?.expires ?? told?.expiresOn ?? '',
      restWillNotCome: false,
    };
  });
}

export type Difference = { kind: 'none' } | { kind: 'exact' } | { kind: 'short' | 'over'; by: number };

/** `none` until something is entered. What is damaged did not arrive. */
export function differenceOf(expected: number, draft: LineDraft): Difference {
  if (draft.good === '') return { kind: 'none' };
  const by = draft.good - expected;
  if (by === 0) return { kind: 'exact' };
  return by < 0 ? { kind: 'short', by: -by } : { kind: 'over', by };
}

/** What is sent: lines of which nothing was entered are left as they are. */
export function receivedLines(drafts: readonly LineDraft[]): ReceivedLine[] {
  return drafts.flatMap((draft) => {
    const { lineNumber } = draft;
    const lot = draft.lot.trim();
    const labels = {
      ...(lot === '' ? {} : { lot }),
      ...(draft.expiresOn === '' ? {} : { expiresOn: draft.expiresOn }),
    };
    const lines: ReceivedLine[] = [];
    if (draft.good !== '' || draft.restWillNotCome) {
      lines.push({
        lineNumber,
        quantity: draft.good === '' ? 0 : draft.good,
        condition: 'good',
        complete: draft.restWillNotCome,
        ...labels,
      });
    }
    if (draft.bad !== '' && draft.bad > 0) {
      lines.push({ lineNumber, quantity: draft.bad, condition: draft.badBecause, complete: false, ...labels });
    }
    return lines;
  });
}

/** Why it cannot be booked yet, in a sentence; undefined when it can. */
export function missingIn(drafts: readonly LineDraft[]): string | undefined {
  const lines = receivedLines(drafts);
  if (lines.every(({ quantity, complete }) => quantity === 0 && complete !== true))
    return 'Enter how many came of at least one line.';
  const undated = drafts.find(({ lot, expiresOn }) => expiresOn !== '' && lot.trim() === '');
  if (undated) return `Line ${undated.lineNumber} has an expiry date: enter its lot too.`;
  return undefined;
}

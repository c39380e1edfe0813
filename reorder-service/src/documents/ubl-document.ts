import { createHash } from 'node:crypto';

import { find, type XmlElement } from './xml-element.ts';
import { problem, type DocumentProblem } from './document-problem.ts';

const UBL = /^urn:oasis:names:specification:ubl:schema:xsd:(OrderResponse|OrderResponseSimple|DespatchAdvice)-2$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;

export type UblKind = 'OrderResponse' | 'OrderResponseSimple' | 'DespatchAdvice';

/** Which document it is, by its namespace; 2.0 to 2.4 have the same. */
export function kindOf(root: XmlElement): UblKind | DocumentProblem {
  const kind = UBL.exec(root.namespace)?.[1] as UblKind | undefined;
  if (kind !== undefined && kind === root.name) return kind;
  const is = root.namespace === '' ? root.name : `${root.name} of ${root.namespace}`;
  return problem(root.path, `is neither a UBL 2 OrderResponse, OrderResponseSimple nor DespatchAdvice, but ${is}`);
}

/** Which order it is about: our id if it is repeated (we send it as cbc:UUID), else our number. */
export function orderReferenceOf(root: XmlElement): { orderId: string } | { orderNumber: string } | DocumentProblem {
  const reference = find(root, 'OrderReference');
  const uuid = find(reference, 'UUID')?.text ?? '';
  if (UUID.test(uuid)) return { orderId: uuid.toLowerCase() };
  const orderNumber = find(reference, 'ID')?.text ?? '';
  if (orderNumber !== '') return { orderNumber };
  return problem(`${root.path}/cac:OrderReference/cbc:ID`, 'is missing: the number of the order');
}

/**
 * Under which the document counts once: its own UUID, else one made of its number and kind, so that the same document sent
 * twice is a repeat, whatever the supplier's software leaves out.
 */
export function messageIdOf(root: XmlElement, supplierId: string): string | DocumentProblem {
  const uuid = find(root, 'UUID')?.text ?? '';
  if (UUID.test(uuid)) return uuid.toLowerCase();
  const id = find(root, 'ID')?.text ?? '';
  if (id === '') return problem(`${root.path}/cbc:ID`, 'is missing: the number of the document');
  const reference = find(root, 'OrderReference', 'ID')?.text ?? '';
  return uuidOf(['ubl', supplierId, root.name, id, reference, find(root, 'IssueDate')?.text ?? ''].join('\n'));
}

/** UUID version 8 (RFC 9562): of our own making, the same for the same name. */
function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

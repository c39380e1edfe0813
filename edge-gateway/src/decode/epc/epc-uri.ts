import { decodeEpc, type Epc } from './decode-epc.ts';
import { escapeForUri } from './text.ts';

/** `urn:epc:id:…`: which thing it is, whatever tag carries it. */
export function pureIdentityUri(epc: Epc): string {
  return `urn:epc:id:${epc.scheme}:${epc.parts.map(escapeForUri).join('.')}`;
}

/** `urn:epc:tag:…`: all that the tag's memory says, filter included. */
export function tagUri(epc: Epc): string {
  const filter = epc.filter === undefined ? '' : `${epc.filter}.`;
  return `urn:epc:tag:${epc.tagScheme}:${filter}${epc.parts.map(escapeForUri).join('.')}`;
}

/** `urn:epc:raw:96.xE280…` for memory that holds no EPC (TDS 12.1). */
export function rawUri(hex: string): string {
  return `urn:epc:raw:${hex.length * 4}.x${hex.toUpperCase()}`;
}

/** The pure identity URI where the memory holds one, else the raw URI: total over every hexadecimal text. */
export function epcUriFromHex(hex: string): string {
  const epc = decodeEpc(hex);
  return epc ? pureIdentityUri(epc) : rawUri(hex);
}

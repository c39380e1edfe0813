import { XMLParser } from 'fast-xml-parser';

import { problem, type DocumentProblem } from './document-problem.ts';

const DEPTH_MAX = 40;
/** Entities are left to `decoded`, which knows those of XML itself and no others: no document here has a DTD. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: false,
});

/** One element, found by its local name: whichever prefixes the sender chose. `path` is where it stands, as XPath. */
export interface XmlElement {
  name: string;
  namespace: string;
  path: string;
  text: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly XmlElement[];
}

type Node = Record<string, unknown>;

/**
 * Reads a document that a stranger has written. A DTD is refused before anything is parsed, so that no entity can grow
 * (billion laughs) or name a file; depth is bounded, and size by the server.
 */
export function readXml(text: string): { ok: true; root: XmlElement } | { ok: false; problems: DocumentProblem[] } {
  const refuse = (what: string) => ({ ok: false as const, problems: [problem('/', what)] });
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return refuse('a DTD is not taken: leave out <!DOCTYPE …>');
  if (isDeep(text)) return refuse(`is nested deeper than ${DEPTH_MAX} elements`);
  let nodes: Node[];
  try {
    nodes = parser.parse(text, true) as Node[];
  } catch (error) {
    return refuse(`is no well-formed XML: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  const [root] = nodes.filter((node) => nameOf(node) !== '#text');
  return root ? { ok: true, root: toElement(root, '', new Map(), '') } : refuse('has no element');
}

function isDeep(text: string): boolean {
  let depth = 0;
  for (const [tag] of text.matchAll(/<[^>?!][^>]*>/g)) {
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

function toElement(node: Node, parentPath: string, scope: ReadonlyMap<string, string>, place: string): XmlElement {
  const qualified = nameOf(node);
  const attributes = (node[':@'] ?? {}) as Record<string, string>;
  const namespaces = new Map(scope);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'xmlns') namespaces.set('', value);
    else if (key.startsWith('xmlns:')) namespaces.set(key.slice('xmlns:'.length), value);
  }
  const [prefix, name] = qualified.includes(':') ? (qualified.split(':', 2) as [string, string]) : ['', qualified];
  const path = `${parentPath}/${qualified}${place}`;
  const content = (node[qualified] ?? []) as Node[];
  const elements = content.filter((each) => nameOf(each) !== '#text');
  const seen = new Map<string, number>();
  return {
    name,
    namespace: namespaces.get(prefix) ?? '',
    path,
    text: decoded(content.map((each) => (nameOf(each) === '#text' ? String(each['#text']) : '')).join('')),
    attributes,
    children: elements.map((each) => {
      const childName = nameOf(each);
      const number = (seen.get(childName) ?? 0) + 1;
      seen.set(childName, number);
      const several = elements.filter((other) => nameOf(other) === childName).length > 1;
      return toElement(each, path, namespaces, several ? `[${number}]` : '');
    }),
  };
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}

function nameOf(node: Node): string {
  return Object.keys(node).find((key) => key !== ':@') ?? '#text';
}

/** The first element on this way of local names. */
export function find(element: XmlElement | undefined, ...way: readonly string[]): XmlElement | undefined {
  let current = element;
  for (const name of way) current = current?.children.find((child) => child.name === name);
  return current;
}

export function findAll(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

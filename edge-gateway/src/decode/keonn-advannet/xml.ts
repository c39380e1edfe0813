import { XMLParser } from 'fast-xml-parser';

import { asObject, type JsonObject } from '../json-payload.ts';

/** Depth and entities are bounded: the stream has no authentication, anybody on the reader's network can write into it. */
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: true,
  processEntities: true,
  isArray: (name) => name === 'item' || name === 'prop' || name === 'event',
});
const DEPTH_MAX = 20;

/** @returns the root element's name and content; every text stays a string; undefined if it is no XML */
export function parseXml(text: string): { root: string; content: JsonObject } | undefined {
  if (/<!(DOCTYPE|ENTITY)/i.test(text) || depthOf(text) > DEPTH_MAX) return undefined;
  try {
    const document = asObject(parser.parse(text, true));
    const [root, content] = Object.entries(document ?? {}).find(([name]) => !name.startsWith('?')) ?? [];
    // An empty root element is parsed as an empty text.
    return root === undefined ? undefined : { root, content: asObject(content) ?? {} };
  } catch {
    return undefined;
  }
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of text.matchAll(/<[^>?!][^>]*>/g)) {
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

import { idSchema } from '@shelfwire/contract';
import { z } from 'zod';

/**
 * What one part of the catalogue names must stand in another. Looked at in the document as it was written, because zod
 * skips refinements of what has a wrong form, and a person wants to see all mistakes at once. An id of wrong form is
 * left to the schema: a reference by it is not followed, and what stands inside such a tenant or site counts as there.
 */
export interface BrokenReference {
  path: (string | number)[];
  message: string;
}

/** The parts of a name, outermost first. A part that is undefined or absent could not be read, so it may be any. */
type Key = readonly (string | undefined)[];

const id = idSchema.optional().catch(undefined);
const row = z
  .looseObject({ tenantId: id, siteId: id, binId: id, locationId: id, itemId: id, supplierId: id })
  .catch({});
type Row = Partial<z.infer<typeof row>>;
const rows = z.array(row);

export function findBrokenReferences(catalogue: unknown): BrokenReference[] {
  const document = z.looseObject({}).safeParse(catalogue).data;
  if (!document) return [];
  const read = (part: string): Row[] | undefined => readRows(document[part] === undefined ? [] : document[part]);
  const tenants = readRows(document['tenants']); // required: without it nothing is said about each tenantId
  const [suppliers, items, bins] = [read('suppliers'), read('items'), read('bins')];
  const known = {
    tenants: new KnownKeys(
      1,
      tenants?.map((each) => [each.tenantId]),
    ),
    sites: new KnownKeys(2, tenants?.flatMap(sitesOf)),
    locations: new KnownKeys(3, tenants?.flatMap(locationsOf)),
    suppliers: new KnownKeys(
      2,
      suppliers?.flatMap((each) => keyOf(each.supplierId, each.tenantId)),
    ),
    items: new KnownKeys(
      2,
      items?.flatMap((each) => keyOf(each.itemId, each.tenantId)),
    ),
    bins: new KnownKeys(
      3,
      bins?.flatMap((each) => keyOf(each.binId, each.tenantId, each.siteId)),
    ),
  };
  const broken: BrokenReference[] = [];
  const check = (keys: KnownKeys, path: (string | number)[], ...key: Key): void => {
    if (!keys.mayHave(key)) broken.push({ path, message: `there is no ${key.join('/')}` });
  };
  for (const [i, each] of suppliers?.entries() ?? []) check(known.tenants, ['suppliers', i, 'tenantId'], each.tenantId);
  for (const [i, each] of read('approvalRules')?.entries() ?? []) {
    check(known.tenants, ['approvalRules', i, 'tenantId'], each.tenantId);
  }
  for (const [i, each] of items?.entries() ?? []) check(known.tenants, ['items', i, 'tenantId'], each.tenantId);
  for (const [i, each] of read('supplierItems')?.entries() ?? []) {
    check(known.suppliers, ['supplierItems', i, 'supplierId'], each.tenantId, each.supplierId);
    check(known.items, ['supplierItems', i, 'itemId'], each.tenantId, each.itemId);
  }
  for (const [i, each] of bins?.entries() ?? []) {
    check(known.locations, ['bins', i, 'locationId'], each.tenantId, each.siteId, each.locationId);
    check(known.items, ['bins', i, 'itemId'], each.tenantId, each.itemId);
  }
  for (const [i, each] of read('gateways')?.entries() ?? []) {
    check(known.sites, ['gateways', i, 'siteId'], each.tenantId, each.siteId);
  }
  for (const [i, each] of read('policies')?.entries() ?? []) {
    if (each['binId'] !== undefined || isMissing(each, 'itemId', 'itemClass', 'siteId')) {
      check(known.bins, ['policies', i, 'binId'], each.tenantId, each.siteId, each.binId);
    }
    if (each['itemId'] !== undefined) check(known.items, ['policies', i, 'itemId'], each.tenantId, each.itemId);
  }
  return broken;
}

function sitesOf(tenant: Row): Key[] {
  const sites = readRows(tenant['sites']);
  return sites ? sites.flatMap((site) => keyOf(site.siteId, tenant.tenantId)) : [[tenant.tenantId]];
}

function isMissing(each: Row, ...names: string[]): boolean {
  return names.every((name) => each[name] === undefined);
}

function locationsOf(tenant: Row): Key[] {
  const sites = readRows(tenant['sites']);
  if (!sites) return [[tenant.tenantId]];
  return sites.flatMap((site): Key[] => {
    const locations = readRows(site['locations']);
    if (!locations) return [[tenant.tenantId, site.siteId]];
    return locations.flatMap((each) => keyOf(each.locationId, tenant.tenantId, site.siteId));
  });
}

/** None without an id of its own: were it taken for any, one such row would hide every broken reference. */
function keyOf(own: string | undefined, ...scope: Key): Key[] {
  return own === undefined ? [] : [[...scope, own]];
}

/** @returns undefined if it is no list: then nothing is known about what should be in it */
function readRows(list: unknown): Row[] | undefined {
  return rows.safeParse(list).data;
}

class KnownKeys {
  readonly #whole: ReadonlySet<string>;
  /** Few: each stands for a mistake. */
  readonly #partly: readonly Key[];

  /** @param depth of a whole key @param keys undefined: the list could not be read, so anything may be in it */
  constructor(depth: number, keys: readonly Key[] = [[]]) {
    const isWhole = (key: Key): boolean => key.length === depth && !key.includes(undefined);
    this.#whole = new Set(keys.filter(isWhole).map((key) => key.join('/')));
    this.#partly = keys.filter((key) => !isWhole(key));
  }

  mayHave(key: Key): boolean {
    if (key.includes(undefined) || this.#whole.has(key.join('/'))) return true;
    return this.#partly.some((known) => known.every((part, index) => part === undefined || part === key[index]));
  }
}

import {
  IconAdjustmentsHorizontal,
  IconArrowsExchange,
  IconBell,
  IconBellRinging,
  IconBookmark,
  IconBuildingWarehouse,
  IconBulb,
  IconChartLine,
  IconChecklist,
  IconClipboardCheck,
  IconFileImport,
  IconHistory,
  IconCalendarTime,
  IconHelpHexagon,
  IconPackageImport,
  IconRouter,
  IconTruckDelivery,
  IconUsers,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';

import type { CurrentUser } from '../api/types';

type Role = CurrentUser['role'];

const EVERYBODY: readonly Role[] = ['admin', 'buyer', 'operator', 'viewer', 'supplier'];
/** The customer's own people. */
const STAFF: readonly Role[] = ['admin', 'buyer', 'operator', 'viewer'];

/** In the order of the rail on a wide screen. */
export const PAGE_GROUPS = ['Storeroom', 'Supply', 'Planning', 'Administration'] as const;
export type PageGroup = (typeof PAGE_GROUPS)[number];

export interface PageEntry {
  to: NonNullable<LinkProps['to']>;
  /** One or two short words: they have a fifth of a phone's width. */
  label: string;
  icon: TablerIcon;
  group: PageGroup;
  roles: readonly Role[];
}

/**
 * Every page that the navigation leads to. The first four that a person may see are at the thumb on a phone, the rest
 * behind "More"; on a wide screen all stand in the rail, by group.
 */
const PAGES: readonly PageEntry[] = [
  { to: '/', label: 'Stock', icon: IconBuildingWarehouse, group: 'Storeroom', roles: EVERYBODY },
  { to: '/orders', label: 'Orders', icon: IconTruckDelivery, group: 'Supply', roles: EVERYBODY },
  { to: '/receiving', label: 'Receiving', icon: IconPackageImport, group: 'Storeroom', roles: STAFF },
  { to: '/counting', label: 'Counting', icon: IconClipboardCheck, group: 'Storeroom', roles: STAFF },
  { to: '/lots', label: 'Lots', icon: IconCalendarTime, group: 'Storeroom', roles: STAFF },
  { to: '/moves', label: 'Moves', icon: IconArrowsExchange, group: 'Storeroom', roles: STAFF },
  { to: '/reservations', label: 'Reserved', icon: IconBookmark, group: 'Storeroom', roles: STAFF },
  { to: '/doubt', label: 'In doubt', icon: IconHelpHexagon, group: 'Storeroom', roles: STAFF },
  { to: '/alerts', label: 'Alerts', icon: IconBell, group: 'Storeroom', roles: STAFF },
  { to: '/policies', label: 'Policies', icon: IconAdjustmentsHorizontal, group: 'Planning', roles: STAFF },
  { to: '/suggestions', label: 'Suggestions', icon: IconBulb, group: 'Planning', roles: STAFF },
  { to: '/insights', label: 'Insights', icon: IconChartLine, group: 'Planning', roles: STAFF },
  { to: '/approvals', label: 'Approvals', icon: IconChecklist, group: 'Planning', roles: STAFF },
  { to: '/people', label: 'People', icon: IconUsers, group: 'Administration', roles: ['admin'] },
  { to: '/audit', label: 'Audit', icon: IconHistory, group: 'Administration', roles: ['admin'] },
  { to: '/gateways', label: 'Gateways', icon: IconRouter, group: 'Administration', roles: ['admin'] },
  { to: '/import', label: 'Import', icon: IconFileImport, group: 'Administration', roles: ['admin'] },
  { to: '/alert-channels', label: 'Who is told', icon: IconBellRinging, group: 'Administration', roles: ['admin'] },
  { to: '/webhooks', label: 'Webhooks', icon: IconWebhook, group: 'Administration', roles: ['admin'] },
];

const AT_THE_THUMB = 4;

export function pagesFor(role: Role | undefined, pages: readonly PageEntry[] = PAGES): PageEntry[] {
  return pages.filter(({ roles }) => role !== undefined && roles.includes(role));
}

export function pagesByGroup(pages: readonly PageEntry[]): { group: PageGroup; pages: PageEntry[] }[] {
  return PAGE_GROUPS.map((group) => ({ group, pages: pages.filter((page) => page.group === group) })).filter(
    (each) => each.pages.length > 0,
  );
}

/** A "More" that would hide a single page is not worth its place: then that page stands there itself. */
export function splitForPhone(pages: readonly PageEntry[]): { bar: PageEntry[]; more: PageEntry[] } {
  const atTheThumb = pages.length === AT_THE_THUMB + 1 ? pages.length : AT_THE_THUMB;
  return { bar: pages.slice(0, atTheThumb), more: pages.slice(atTheThumb) };
}

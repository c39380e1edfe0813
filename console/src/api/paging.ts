import type { InfiniteData } from '@tanstack/react-query';

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}
export type Pages<Item> = InfiniteData<Page<Item>, string | undefined>;

/** How a list of the API is read page by page. */
export const PAGING = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: Page<unknown>) => page.nextCursor ?? undefined,
};

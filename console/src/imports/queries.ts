import { mutationOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import type { ImportResult } from '../api/types';
import type { ImportKind } from './kinds';

export interface ImportWish {
  kind: ImportKind;
  /** As the spreadsheet wrote it: its first bytes say how its letters are written. */
  csv: Blob;
  dryRun: boolean;
}

/** All rows or none; a dry run does all of it and takes it back. */
export function importMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: ({ kind, csv, dryRun }: ImportWish): Promise<ImportResult> =>
      unwrap(
        api.POST('/api/v1/import/{kind}', {
          params: { path: { kind }, query: { dryRun: dryRun ? 'true' : 'false' } },
          headers: { 'Content-Type': 'text/csv' },
          body: '',
          bodySerializer: () => csv,
        }),
      ),
    // Names, prices and policies stand on many pages.
    onSuccess: ({ dryRun }) => (dryRun ? undefined : queryClient.invalidateQueries()),
  });
}

export type ExportName = 'stock' | 'movements' | 'orders';

/** Fetched with the session, which a plain link would not send. */
export function exportMutation() {
  return mutationOptions({
    mutationFn: async (name: ExportName): Promise<void> => {
      const csv = await unwrap(api.GET(`/api/v1/export/${name}.csv`, { parseAs: 'blob' }));
      const url = URL.createObjectURL(csv);
      const link = document.createElement('a');
      link.href = url;
      link.download = `${name}.csv`;
      link.click();
      URL.revokeObjectURL(url);
    },
  });
}

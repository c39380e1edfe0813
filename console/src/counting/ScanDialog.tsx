import { Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';

import { findByCodeQuery } from '../api/queries';
import type { StockItem } from '../api/types';
import { FailureState } from '../shell/states';
import { CodeDialog } from './CodeDialog';
import { readCode, type ScannedCode } from './scanned-code';
import classes from './ScanDialog.module.css';

/** Finds a bin by what is printed on it or on its goods. */
export function ScanDialog({ onClose }: { onClose: () => void }) {
  return (
    <CodeDialog
      title="Find a bin"
      placeholder="GTIN, SKU or bin"
      onClose={onClose}
      renderFound={(text) => <Found code={readCode(text)} onPick={onClose} />}
    />
  );
}

function Found({ code, onPick }: { code: ScannedCode; onPick: () => void }) {
  const navigate = useNavigate();
  const found = useQuery(findByCodeQuery(code.kind === 'gtin' ? { gtin: code.gtin } : { search: code.text }));
  if (found.isPending) return <Loader size="sm" aria-label="Looking for it" />;
  if (found.error) return <FailureState error={found.error} onRetry={() => void found.refetch()} />;
  const said = code.kind === 'gtin' ? `GTIN ${code.gtin}${code.lot ? `, lot ${code.lot}` : ''}` : `“${code.text}”`;
  if (found.data.items.length === 0) {
    return (
      <Text role="status">
        No bin holds {said}. {code.kind === 'text' ? 'Check the code.' : 'Is the GTIN in the catalogue?'}
      </Text>
    );
  }
  const pick = (item: StockItem): void => {
    onPick();
    void navigate({
      to: '/stock/$siteId/$binId',
      params: { siteId: item.siteId, binId: item.binId },
      search: { count: true },
    });
  };
  return (
    <div>
      <Text size="sm" c="dimmed" role="status">
        {said}
        {code.kind === 'gtin' && code.expiry ? `, use by ${code.expiry}` : ''}
      </Text>
      <Stack gap="xs" mt="xs">
        {found.data.items.map((item) => (
          <Link
            key={`${item.siteId}/${item.binId}`}
            className={classes['found']}
            to="/stock/$siteId/$binId"
            params={{ siteId: item.siteId, binId: item.binId }}
            search={{ count: true }}
            onClick={(event) => {
              event.preventDefault();
              pick(item);
            }}
          >
            <strong>{item.item.name}</strong>
            <span>
              {item.binName} · {item.locationName}
            </span>
          </Link>
        ))}
      </Stack>
    </div>
  );
}

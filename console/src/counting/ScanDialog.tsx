import { Button, Group, Loader, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconScan } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState, type FormEvent } from 'react';

import { findByCodeQuery } from '../api/queries';
import type { StockItem } from '../api/types';
import { FailureState } from '../shell/states';
import { readCode, type ScannedCode } from './scanned-code';
import classes from './ScanDialog.module.css';

// With it come the camera and the barcode reader (1 MB of WebAssembly): only when somebody scans.
const CameraView = lazy(async () => ({ default: (await import('./CameraView')).CameraView }));

/** Finds a bin by what is printed on it or on its goods. */
export function ScanDialog({ onClose }: { onClose: () => void }) {
  const [camera, setCamera] = useState(true);
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState<ScannedCode | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed.trim()) setCode(readCode(typed));
  };
  return (
    <Modal opened onClose={onClose} title="Find a bin" centered>
      <Stack gap="md">
        {camera && code === null ? (
          <Suspense fallback={<Loader aria-label="The barcode reader is loading" />}>
            <CameraView onCode={(text) => setCode(readCode(text))} />
          </Suspense>
        ) : null}
        <form onSubmit={submit}>
          <Group gap="sm" align="flex-end" wrap="nowrap">
            <TextInput
              className={classes['code'] ?? ''}
              label="Or type the code"
              placeholder="GTIN, SKU or bin"
              autoComplete="off"
              value={typed}
              onFocus={() => setCamera(false)}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Button type="submit" variant="light">
              Find
            </Button>
          </Group>
        </form>
        {code === null ? null : <Found code={code} onPick={onClose} />}
        {code !== null || !camera ? (
          <Button
            variant="default"
            leftSection={<IconScan size={18} aria-hidden />}
            onClick={() => {
              setCode(null);
              setCamera(true);
            }}
          >
            Scan{code === null ? '' : ' another'}
          </Button>
        ) : null}
      </Stack>
    </Modal>
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

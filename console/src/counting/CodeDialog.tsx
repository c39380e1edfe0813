import { Button, Group, Loader, Stack, TextInput } from '@mantine/core';
import { IconScan } from '@tabler/icons-react';
import { lazy, Suspense, useState, type FormEvent, type ReactNode } from 'react';

import classes from './ScanDialog.module.css';
import { Dialog } from '../shell/Dialog';

// With it come the camera and the barcode reader (1 MB of WebAssembly): only when somebody scans.
const CameraView = lazy(async () => ({ default: (await import('./CameraView')).CameraView }));

/** Takes a code by the camera or by hand, and shows what was found by it. */
export function CodeDialog({
  title,
  placeholder,
  renderFound,
  onClose,
}: {
  title: string;
  placeholder: string;
  renderFound: (code: string) => ReactNode;
  onClose: () => void;
}) {
  const [camera, setCamera] = useState(true);
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed.trim()) setCode(typed.trim());
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <Stack gap="md">
        {camera && code === null ? (
          <Suspense fallback={<Loader aria-label="The barcode reader is loading" />}>
            <CameraView onCode={setCode} />
          </Suspense>
        ) : null}
        <form onSubmit={submit}>
          <Group gap="sm" align="flex-end" wrap="nowrap">
            <TextInput
              className={classes['code'] ?? ''}
              label="Or type the code"
              placeholder={placeholder}
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
        {code === null ? null : <div key={code}>{renderFound(code)}</div>}
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
    </Dialog>
  );
}

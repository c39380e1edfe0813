import { Alert, Center, Loader } from '@mantine/core';
import { IconCameraOff } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

import { readBarcode } from './barcode-reader';
import classes from './CameraView.module.css';

const TROUBLE_WORDS: Readonly<Record<string, string>> = {
  NotAllowedError: 'The camera is not allowed for this page. Allow it in the browser, or type the code.',
  NotFoundError: 'This device has no camera. Type the code instead.',
  NotReadableError: 'Another app is using the camera. Close it, or type the code.',
};

/** The camera's picture, until a code is seen in it. */
export function CameraView({ onCode }: { onCode: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<'starting' | 'looking' | { trouble: string }>('starting');
  const tell = useRef(onCode);
  useEffect(() => {
    tell.current = onCode;
  });
  useEffect(() => {
    const stopped = new AbortController();
    const look = async (): Promise<void> => {
      const element = video.current;
      if (!element) return;
      const stream = await openCamera(stopped.signal);
      if (!stream) return;
      element.srcObject = stream;
      await element.play();
      setState('looking');
      tell.current(await readBarcode(element, stopped.signal));
    };
    look().catch((error: unknown) => {
      if (!stopped.signal.aborted) setState({ trouble: troubleOf(error) });
    });
    return () => stopped.abort();
  }, []);
  if (typeof state === 'object') {
    return (
      <Alert color="yellow" variant="light" icon={<IconCameraOff aria-hidden />} role="alert">
        {state.trouble}
      </Alert>
    );
  }
  return (
    <div className={classes['view']}>
      {/* A camera's live picture has no captions. */}
      <video ref={video} className={classes['video']} muted playsInline aria-label="Picture of the camera" />
      <div className={classes['frame']} aria-hidden />
      {state === 'starting' ? (
        <Center className={classes['wait'] ?? ''}>
          <Loader aria-label="The camera starts" />
        </Center>
      ) : null}
    </div>
  );
}

async function openCamera(stopped: AbortSignal): Promise<MediaStream | undefined> {
  if (!('mediaDevices' in navigator)) throw new DOMException('needs https', 'InsecureError');
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1_280 } },
    audio: false,
  });
  const stop = (): void => stream.getTracks().forEach((track) => track.stop());
  if (stopped.aborted) {
    stop();
    return undefined;
  }
  stopped.addEventListener('abort', stop, { once: true });
  return stream;
}

function troubleOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  return TROUBLE_WORDS[name] ?? 'The camera cannot be used here (it needs https). Type the code instead.';
}

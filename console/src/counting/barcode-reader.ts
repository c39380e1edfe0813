import { BarcodeDetector, prepareZXingModule } from 'barcode-detector/ponyfill';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';

// Served by ourselves: the package's default is a public CDN, which the content security policy refuses, rightly.
prepareZXingModule({ overrides: { locateFile: (path: string) => (path.endsWith('.wasm') ? wasmUrl : path) } });

const LOOK_EVERY_MS = 150;

/**
 * Looks at the video until it sees a code. Resolves with the code's text; never if `signal` is aborted first.
 * @throws when the reader itself cannot be loaded
 */
export async function readBarcode(video: HTMLVideoElement, signal: AbortSignal): Promise<string> {
  const detector = new BarcodeDetector({
    formats: ['ean_13', 'ean_8', 'upc_a', 'upc_e', 'code_128', 'data_matrix', 'qr_code', 'code_39', 'itf', 'databar'],
  });
  while (!signal.aborted) {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
      const [found] = await detector.detect(video);
      if (found && !signal.aborted) return found.rawValue;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return new Promise<never>(() => undefined);
}

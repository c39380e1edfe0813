import type { Duplex } from 'node:stream';

import type { FittingDecoder } from './fitting-decoders.ts';
import { fittingStreamDecoders, type StreamCandidate, streamCandidates } from './fitting-streams.ts';

/**
 * Finds out what a device on a serial port or a TCP address speaks: listens first, then asks in the words of each
 * protocol until something answers that a decoder can read. Requests that mean the same to several are sent once. Nothing is
 * kept, and no reading is made.
 */
export interface ProbeResult {
  heardBytes: number;
  /** The last of what was heard, for a person. */
  heardHex: string;
  fits: FittingDecoder[];
}

const LISTEN_MS = 1_200;
const ANSWER_MS = 350;
const HEARD_BYTES_MAX = 16_384;
const SHOWN_BYTES = 128;
/** Enquiry, acknowledgement, weight: no handshake of a till is longer. */
const REPLIES_MAX = 3;

export interface ProbeOptions {
  open: () => Promise<Duplex>;
  now: () => number;
  wait: (durationMs: number) => Promise<void>;
}

/** @throws what `open` throws */
export async function probeStream({ open, now, wait }: ProbeOptions): Promise<ProbeResult> {
  const stream = await open();
  stream.on('error', () => undefined);
  const line = new Line(stream);
  try {
    await wait(LISTEN_MS);
    let fits = fittingStreamDecoders(line.heard, now());
    for (const candidates of groupsByRequest()) {
      if (fits.some(isConvincing) || stream.destroyed) break;
      await ask(line, candidates, { now, wait });
      fits = whoWasAskedFirst(fittingStreamDecoders(line.heard, now()), candidates);
    }
    return { heardBytes: line.bytes, heardHex: Buffer.from(line.heard.slice(-SHOWN_BYTES)).toString('hex'), fits };
  } finally {
    stream.destroy();
  }
}

/** It measures something, or could with constants, or is a reader that has said hello. */
function isConvincing({ samples, needs }: FittingDecoder): boolean {
  return needs !== undefined || samples.length === 0 || samples.some(({ kind }) => kind !== 'health');
}

/** It answered their words, so that others who could read the answer come behind. */
function whoWasAskedFirst(fits: readonly FittingDecoder[], asked: readonly StreamCandidate[]): FittingDecoder[] {
  const [theirs = [], others = []] = [true, false].map((wanted) =>
    fits.filter((fit) => asked.some(({ model }) => model.id === fit.model) === wanted),
  );
  return [...theirs.map((fit) => withConstants(fit, asked)), ...others];
}

function withConstants(fit: FittingDecoder, asked: readonly StreamCandidate[]): FittingDecoder {
  const constants = asked.find(({ model }) => model.id === fit.model)?.constants ?? {};
  return Object.keys(constants).length === 0 ? fit : { ...fit, constants };
}

function groupsByRequest(): StreamCandidate[][] {
  const asking = streamCandidates().filter(({ request }) => request !== undefined);
  return [...Map.groupBy(asking, ({ request }) => Buffer.from(request ?? []).toString('hex')).values()];
}

/** Sends the request that the candidates share, and the replies that a handshake wants. */
async function ask(
  line: Line,
  candidates: readonly StreamCandidate[],
  { now, wait }: Pick<ProbeOptions, 'now' | 'wait'>,
): Promise<void> {
  // What came before is another protocol's answer: none, or a complaint.
  line.forget();
  const framers = candidates.map(({ model, decoder }) => ({ framer: model.createFramer?.(), decoder }));
  let taken = 0;
  line.write(candidates[0]?.request ?? new Uint8Array(0));
  for (let replies = 0; replies < REPLIES_MAX; replies += 1) {
    await wait(ANSWER_MS);
    const fresh = line.heard.slice(taken);
    taken = line.heard.length;
    const [reply] = framers.flatMap(({ framer, decoder }) =>
      (framer?.push(fresh) ?? []).flatMap((payload) => {
        const result = decoder.decode({ payload, receivedAtMs: now() });
        return result.reply?.to === 'connection' ? [result.reply.bytes] : [];
      }),
    );
    if (!reply) return;
    line.write(reply);
  }
}

class Line {
  readonly #stream: Duplex;
  #heard: Uint8Array = new Uint8Array(0);
  bytes = 0;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      this.#heard = Uint8Array.from(Buffer.concat([this.#heard, chunk]).subarray(-HEARD_BYTES_MAX));
    });
  }

  get heard(): Uint8Array {
    return this.#heard;
  }

  write(bytes: Uint8Array): void {
    if (!this.#stream.destroyed) this.#stream.write(bytes);
  }

  forget(): void {
    this.#heard = new Uint8Array(0);
  }
}

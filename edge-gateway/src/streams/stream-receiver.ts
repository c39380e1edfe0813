import type { Duplex } from 'node:stream';

import type { Device } from '../devices/device.ts';
import type { GatewayEvents, Transport } from '../events.ts';
import type { Pipeline } from '../pipeline.ts';

export interface StreamReceiverOptions {
  device: Device;
  transport: Transport & ('serial' | 'tcp');
  /** For logs: the path or host:port. */
  target: string;
  pollIntervalMs?: number | undefined;
  /** Opens the port. Rejects when it is not there. */
  open: () => Promise<Duplex>;
  pipeline: Pipeline;
  events: GatewayEvents;
  now: () => number;
  random: () => number;
}

const REOPEN_MS_MIN = 250;
const REOPEN_MS_MAX = 30_000;
/** A device that is asked and does not answer so many times in a row: the line is dead though nobody said so. */
const UNANSWERED_POLLS_MAX = 20;
/** On a line that two share, a second request into an answer would spoil both; who is silent so long has not heard the first. */
const ANSWER_WAIT_MS = 1_000;
const FULL_RETRY_MS = 1_000;

/**
 * Receives from one device over a byte stream, a serial port or a TCP connection that we open: cuts frames, asks where the protocol
 * wants to be asked, writes answers back, and opens again after an unplugged cable. Reading stops while the disk does
 * not take what was read.
 */
export class StreamReceiver {
  readonly #options: StreamReceiverOptions;
  #stream: Duplex | undefined;
  #failures = 0;
  #closed = false;
  readonly #running: Promise<void>;
  #stopWaiting: () => void = () => undefined;

  constructor(options: StreamReceiverOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWaiting();
    this.#stream?.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { device, target, events, random } = this.#options;
    while (!this.#closed) {
      let because: string;
      try {
        const stream = await this.#options.open();
        events.streamOpened(device.settings.deviceId, target);
        because = await this.#serve(stream);
      } catch (error) {
        because = error instanceof Error ? error.message : 'cannot be opened';
      }
      if (this.#closed) return;
      events.streamLost(device.settings.deviceId, target, because);
      const ceilingMs = Math.min(REOPEN_MS_MAX, REOPEN_MS_MIN * 2 ** Math.min(this.#failures, 10));
      this.#failures += 1;
      await this.#wait(ceilingMs * (0.5 + random() / 2));
    }
  }

  /** @returns why the stream ended */
  async #serve(stream: Duplex): Promise<string> {
    const { device } = this.#options;
    const framer = device.model.createFramer?.();
    this.#stream = stream;
    let because = 'the stream was closed';
    const poll = this.#startPolling(stream, (why) => {
      because = why;
      stream.destroy();
    });
    // Listening keeps a late error of a stream that was given up from ending the process.
    stream.on('error', (error) => (because = error.message));
    const ended = new Promise<void>((resolve) => stream.once('close', resolve));
    stream.on('data', (chunk: Buffer) => {
      poll.heard();
      this.#failures = 0;
      const frames = framer ? framer.push(chunk) : [chunk];
      if (frames.length === 0) return;
      poll.answered();
      stream.pause();
      void Promise.all(frames.map((payload) => this.#receive(stream, payload))).then(() => stream.resume());
    });
    await ended;
    poll.stop();
    framer?.reset();
    this.#stream = undefined;
    return because;
  }

  /** Asks again and again where the protocol wants it, and gives up on a line that has gone silent. */
  #startPolling(stream: Duplex, giveUp: (why: string) => void) {
    const { polling } = this.#options.device;
    const intervalMs = this.#options.pollIntervalMs ?? polling?.intervalMs ?? 0;
    let unheard = 0;
    let waitedMs: number | undefined;
    const timer = polling
      ? setInterval(() => {
          if (waitedMs !== undefined && waitedMs + intervalMs < ANSWER_WAIT_MS) {
            waitedMs += intervalMs;
            return;
          }
          unheard += 1;
          if (unheard > UNANSWERED_POLLS_MAX) giveUp(`no answer to ${UNANSWERED_POLLS_MAX} requests`);
          else if (!stream.writableNeedDrain) stream.write(polling.request);
          waitedMs = 0;
        }, intervalMs)
      : undefined;
    return {
      heard: () => (unheard = 0),
      answered: () => (waitedMs = undefined),
      stop: () => clearInterval(timer),
    };
  }

  async #receive(stream: Duplex, payload: Uint8Array): Promise<void> {
    const { pipeline, device, transport, now } = this.#options;
    const frame = { payload, receivedAtMs: now() };
    for (;;) {
      const received = await pipeline.receive(device, frame, transport);
      if (received.kept) {
        if (received.reply?.to === 'connection' && stream.writable) stream.write(received.reply.bytes);
        return;
      }
      // A scale does not repeat what was refused: hold it, and the stream, until there is room.
      if (this.#closed) return;
      await this.#wait(FULL_RETRY_MS);
    }
  }

  #wait(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      const stopOthers = this.#stopWaiting;
      this.#stopWaiting = () => {
        clearTimeout(timer);
        resolve();
        stopOthers();
      };
      if (this.#closed) this.#stopWaiting();
    });
  }
}

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

import type { Reply } from '../decode/decoder.ts';
import type { FrameSettled } from '../pipeline.ts';
import type { Intake } from './intake.ts';
import { PacketSplitter, type Packet } from './packet-splitter.ts';
import { encodePubacks, PublishReader, type DevicePublish } from './publish-packet.ts';

export interface PublishTaker {
  /** @returns how long the message must wait first, 0 mostly; undefined to end the connection */
  delayMs(publish: DevicePublish): number | undefined;
  /** Calls `settled` once: with false the connection ends without PUBACK, and the device sends again. */
  take(publish: DevicePublish, settled: FrameSettled): void;
  answer(reply: Reply): void;
}

export interface DeviceConnectionOptions {
  intake: Intake;
  packetBytesMax: number;
  tooLong: () => void;
}

/** Messages of one connection that wait for the disk; nothing more is read from it meanwhile. */
const UNSETTLED_MAX = 200;
const PUBLISH = 3;

/**
 * A device's connection as Aedes sees it, with the messages taken out: PUBLISH packets of QoS 0 and 1 go straight to the
 * pipeline, and their PUBACKs straight back, many in one write, when the disk has the readings. Everything else (CONNECT,
 * SUBSCRIBE, PINGREQ, QoS 2 …) is Aedes' work. ADR 0010 says why.
 *
 * Nothing but the CONNECT is read until `open`: a device that sends at once waits for its CONNACK.
 */
export class DeviceConnection extends Duplex {
  readonly socket: Socket;
  readonly #splitter: PacketSplitter;
  readonly #reader = new PublishReader();
  readonly #tooLong: () => void;
  readonly #intake: Intake;
  #waitsForRoom = false;
  #taker: PublishTaker | undefined;
  /** The connection ends when it is silent for longer than it promised: a message is no silence. */
  #heard: () => void = () => undefined;
  #connectSent = false;
  #aedesIsFull = false;
  /** A message beyond the rate waits. */
  #delayed: NodeJS.Timeout | undefined;
  #unsettled = 0;
  #acknowledgements: number[] = [];
  #flushing = false;
  readonly #flush = (): void => this.#flushAcknowledgements();
  readonly #roomAgain = (): void => {
    this.#waitsForRoom = false;
    this.#readOn();
  };
  readonly #settled0: FrameSettled = (kept, reply) => this.#settle(kept, reply);

  constructor(socket: Socket, options: DeviceConnectionOptions) {
    super();
    this.socket = socket;
    this.#splitter = new PacketSplitter(options.packetBytesMax);
    this.#tooLong = options.tooLong;
    this.#intake = options.intake;
    socket.on('data', (chunk: Buffer) => {
      this.#splitter.push(chunk);
      this.#readOn();
    });
    socket.on('drain', () => this.#readOn());
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** The device has signed in. @param heard called when it has said something */
  open(taker: PublishTaker, heard: () => void): void {
    this.#taker = taker;
    this.#heard = heard;
    this.#readOn();
  }

  override _read(): void {
    this.#aedesIsFull = false;
    if (this.#connectSent) this.#readOn();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#delayed);
    this.socket.destroy();
    done(error);
  }

  /** Takes packets until there are no more, or something must happen first. */
  #readOn(): void {
    let heard = false;
    while (!this.#mustWait()) {
      const packet = this.#splitter.next();
      if (packet === 'broken') {
        this.#tooLong();
        this.destroy();
      } else if (packet === undefined) {
        if (heard) this.#heard();
        if (this.socket.isPaused()) this.socket.resume();
        return;
      } else {
        this.#forward(packet);
        heard = true;
      }
    }
    if (heard) this.#heard();
    if (this.destroyed) return;
    this.socket.pause();
    if (!this.#intake.isFull || this.#waitsForRoom) return;
    this.#waitsForRoom = true;
    this.#intake.waitForRoom(this.#roomAgain);
  }

  #mustWait(): boolean {
    return (
      this.destroyed ||
      this.#aedesIsFull ||
      this.#delayed !== undefined ||
      this.#unsettled >= UNSETTLED_MAX ||
      (this.#intake.isFull && this.#taker !== undefined) ||
      (this.#taker === undefined && this.#connectSent) ||
      // Who does not read its PUBACKs gets no more.
      this.socket.writableNeedDrain
    );
  }

  #forward(packet: Packet): void {
    const publish = packet.type === PUBLISH && this.#taker ? this.#reader.read(packet) : undefined;
    if (!publish) {
      // What is malformed, Aedes says so and ends the connection.
      this.#connectSent = true;
      this.#aedesIsFull = !this.push(packet.bytes);
      return;
    }
    const delayMs = this.#taker?.delayMs(publish);
    if (delayMs === undefined) this.destroy();
    else if (delayMs === 0) this.#take(publish);
    else {
      this.#delayed = setTimeout(() => {
        this.#delayed = undefined;
        this.#take(publish);
        this.#readOn();
      }, delayMs);
    }
  }

  #take(publish: DevicePublish): void {
    const { messageId } = publish;
    this.#unsettled += 1;
    this.#intake.enter();
    const settled: FrameSettled =
      messageId === undefined ? this.#settled0 : (kept, reply) => this.#settle(kept, reply, messageId);
    this.#taker?.take(publish, settled);
  }

  #settle(kept: boolean, reply: Reply | undefined, messageId?: number): void {
    this.#unsettled -= 1;
    this.#intake.leave();
    if (kept && reply) this.#taker?.answer(reply);
    if (this.destroyed) return;
    if (!kept && messageId !== undefined) {
      this.destroy();
      return;
    }
    if (messageId !== undefined) this.#acknowledgements.push(messageId);
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(this.#flush); // those of one sync go out together
  }

  #flushAcknowledgements(): void {
    this.#flushing = false;
    const messageIds = this.#acknowledgements;
    this.#acknowledgements = [];
    if (this.destroyed) return;
    if (messageIds.length > 0) this.socket.write(encodePubacks(messageIds));
    if (this.socket.isPaused()) this.#readOn();
  }
}

import type { Socket } from 'node:net';

/**
 * Follows the packet borders of an MQTT byte stream (3.1.1, section 2.2: one byte of type, one to four of remaining
 * length) without looking into the packets.
 */
export class PacketScanner {
  readonly #packetBytesMax: number;
  #state: 'type' | 'length' | 'body' = 'type';
  #length = 0;
  #shift = 0;
  #left = 0;

  constructor(packetBytesMax: number) {
    this.#packetBytesMax = packetBytesMax;
  }

  /** @returns false at the first packet that is announced to be longer than allowed, or whose length is malformed */
  push(chunk: Uint8Array): boolean {
    for (let position = 0; position < chunk.length;) {
      if (this.#state === 'body') {
        const skipped = Math.min(this.#left, chunk.length - position);
        this.#left -= skipped;
        position += skipped;
        if (this.#left === 0) this.#state = 'type';
        continue;
      }
      const byte = chunk[position] ?? 0;
      position += 1;
      if (this.#state === 'type') {
        this.#state = 'length';
        this.#length = 0;
        this.#shift = 0;
      } else if (!this.#takeLengthByte(byte)) return false;
    }
    return true;
  }

  #takeLengthByte(byte: number): boolean {
    this.#length += (byte & 0x7f) * 2 ** this.#shift;
    this.#shift += 7;
    if (this.#length > this.#packetBytesMax || (byte >= 0x80 && this.#shift >= 28)) return false;
    if (byte < 0x80) {
      this.#left = this.#length;
      this.#state = this.#left === 0 ? 'type' : 'body';
    }
    return true;
  }
}

/**
 * Ends a connection whose next packet is too long, before it takes the memory: Aedes itself collects whatever length a
 * packet announces, up to 256 MB.
 */
export function limitPacketBytes(socket: Socket, packetBytesMax: number, tooLong: () => void): void {
  const scanner = new PacketScanner(packetBytesMax);
  const read = socket.read.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (!(chunk instanceof Uint8Array) || scanner.push(chunk)) return chunk;
    tooLong();
    socket.destroy();
    return null;
  };
}

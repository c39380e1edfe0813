/** A whole MQTT packet (3.1.1, section 2): its first byte, where what follows the fixed header begins, and all its bytes. */
export interface Packet {
  readonly type: number;
  readonly flags: number;
  readonly bodyAt: number;
  readonly bytes: Buffer;
}

const HEADER_BYTES_MAX = 5;

/**
 * Cuts an MQTT byte stream into packets, without copying those that lie whole in a chunk. A packet that is announced to be
 * longer than allowed, or with a malformed length, ends the stream before it takes the memory.
 */
export class PacketSplitter {
  readonly #packetBytesMax: number;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  /** The fixed header of a packet that a chunk ended in, while its length is not whole. */
  #header: number[] = [];
  /** A packet that began in a chunk before, and how much of it is there. */
  #partial: { type: number; flags: number; bodyAt: number; bytes: Buffer } | undefined;
  #filled = 0;

  constructor(packetBytesMax: number) {
    this.#packetBytesMax = packetBytesMax;
  }

  /** Takes the next chunk; call `next` until it has no more first. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** @returns the next whole packet, undefined if it is not all there yet, 'broken' when the stream is of no use any more */
  next(): Packet | 'broken' | undefined {
    if (this.#partial) return this.#fill();
    const header = this.#readHeader();
    if (header === undefined || header === 'broken') return header;
    const { type, flags, bodyAt, bodyBytes, ahead } = header;
    const begin = this.#at - (bodyAt - ahead);
    const end = this.#at + bodyBytes;
    if (ahead === 0 && end <= this.#chunk.length) {
      this.#at = end;
      return { type, flags, bodyAt, bytes: this.#chunk.subarray(begin, end) };
    }
    // Rarely: a packet that a chunk ends in is put together in a buffer of its own, of its whole length at once.
    const bytes = Buffer.allocUnsafe(bodyAt + bodyBytes);
    bytes.set(this.#header);
    this.#header = [];
    this.#partial = { type, flags, bodyAt, bytes };
    this.#filled = bodyAt;
    return this.#fill();
  }

  #fill(): Packet | undefined {
    const packet = this.#partial;
    if (!packet) return undefined;
    const copied = this.#chunk.copy(packet.bytes, this.#filled, this.#at);
    this.#filled += copied;
    this.#at += copied;
    if (this.#filled < packet.bytes.length) return undefined;
    this.#partial = undefined;
    return packet;
  }

  /** `ahead`: how many bytes of the header lay in a chunk before. */
  #readHeader() {
    const ahead = this.#header.length;
    const [first] = this.#header;
    let at = this.#at;
    const chunk = this.#chunk;
    if (at >= chunk.length) return undefined;
    const firstByte = first ?? chunk[at++] ?? 0;
    let bodyBytes = 0;
    let bodyAt = 1;
    for (let shift = 0; ; shift += 7) {
      const earlier = this.#header[bodyAt];
      if (earlier === undefined && at >= chunk.length) {
        this.#header = [...this.#header, ...chunk.subarray(this.#at)];
        this.#at = at;
        return undefined;
      }
      const byte = earlier ?? chunk[at++] ?? 0;
      bodyAt += 1;
      bodyBytes += (byte & 0x7f) * 2 ** shift;
      if (bodyBytes > this.#packetBytesMax || (byte >= 0x80 && bodyAt === HEADER_BYTES_MAX)) return 'broken' as const;
      if (byte < 0x80) break;
    }
    if (ahead > 0 || at + bodyBytes > chunk.length) {
      this.#header = [...this.#header, ...chunk.subarray(this.#at, at)];
    }
    this.#at = at;
    return { type: firstByte >> 4, flags: firstByte & 0x0f, bodyAt, bodyBytes, ahead };
  }
}

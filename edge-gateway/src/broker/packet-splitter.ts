const HEADER_BYTES_MAX = 5;
const NO_BYTES = Buffer.alloc(0);

/**
 * A whole MQTT packet (3.1.1, section 2): its first byte, and where in `buffer` it begins, what follows its fixed header
 * begins, and it ends. A splitter gives the same object each time: it is of use until the next one is asked for.
 */
export class Packet {
  type = 0;
  flags = 0;
  buffer: Buffer = NO_BYTES;
  begin = 0;
  bodyAt = 0;
  end = 0;

  /** All of it. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.begin, this.end);
  }
}

/**
 * Cuts an MQTT byte stream into packets, without copying those that lie whole in a chunk. A packet that is announced to be
 * longer than allowed, or with a malformed length, ends the stream before it takes the memory.
 */
export class PacketSplitter {
  readonly #packetBytesMax: number;
  #chunk: Buffer = NO_BYTES;
  #at = 0;
  /** The fixed header of a packet that a chunk ended in, while its length is not whole. */
  #header: number[] = [];
  /** A packet that began in a chunk before, and how much of it is there. */
  #partial: { firstByte: number; bodyAt: number; bytes: Buffer } | undefined;
  #filled = 0;
  readonly #packet = new Packet();

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
    if (this.#header.length > 0) return this.#begin();
    const chunk = this.#chunk;
    const begin = this.#at;
    if (begin >= chunk.length) return this.#letGo();
    // Mostly a packet lies whole in the chunk, and its length is a byte or two.
    const low = chunk[begin + 1] ?? 0x80;
    const high = low < 0x80 ? 0 : (chunk[begin + 2] ?? 0x80);
    const bodyAt = begin + (low < 0x80 ? 2 : 3);
    const bodyBytes = (low & 0x7f) + high * 0x80;
    const end = bodyAt + bodyBytes;
    if (high >= 0x80 || end > chunk.length || bodyBytes > this.#packetBytesMax) return this.#begin();
    this.#at = end;
    return this.#found(chunk[begin] ?? 0, chunk, begin, bodyAt, end);
  }

  /** A device is silent mostly: what it said last need not stay in memory. */
  #letGo(): undefined {
    this.#chunk = NO_BYTES;
    this.#at = 0;
    this.#packet.buffer = NO_BYTES;
  }

  #found(firstByte: number, buffer: Buffer, begin: number, bodyAt: number, end: number): Packet {
    const packet = this.#packet;
    packet.type = firstByte >> 4;
    packet.flags = firstByte & 0x0f;
    packet.buffer = buffer;
    packet.begin = begin;
    packet.bodyAt = bodyAt;
    packet.end = end;
    return packet;
  }

  /** Any packet, also one whose header or body does not lie in this chunk as a whole. */
  #begin(): Packet | 'broken' | undefined {
    const header = this.#readHeader();
    if (header === undefined || header === 'broken') return header;
    const { firstByte, headerBytes, bodyBytes, ahead } = header;
    const begin = this.#at - (headerBytes - ahead);
    const end = this.#at + bodyBytes;
    if (ahead === 0 && end <= this.#chunk.length) {
      const bodyAt = this.#at;
      this.#at = end;
      return this.#found(firstByte, this.#chunk, begin, bodyAt, end);
    }
    // Rarely: a packet that a chunk ends in is put together in a buffer of its own, of its whole length at once.
    const bytes = Buffer.allocUnsafe(headerBytes + bodyBytes);
    bytes.set(this.#header);
    this.#header = [];
    this.#partial = { firstByte, bodyAt: headerBytes, bytes };
    this.#filled = headerBytes;
    return this.#fill();
  }

  #fill(): Packet | undefined {
    const partial = this.#partial;
    if (!partial) return undefined;
    const { firstByte, bodyAt, bytes } = partial;
    const copied = this.#chunk.copy(bytes, this.#filled, this.#at);
    this.#filled += copied;
    this.#at += copied;
    if (this.#filled < bytes.length) return undefined;
    this.#partial = undefined;
    return this.#found(firstByte, bytes, 0, bodyAt, bytes.length);
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
    let headerBytes = 1;
    for (let shift = 0; ; shift += 7) {
      const earlier = this.#header[headerBytes];
      if (earlier === undefined && at >= chunk.length) {
        this.#header = [...this.#header, ...chunk.subarray(this.#at)];
        this.#at = at;
        return undefined;
      }
      const byte = earlier ?? chunk[at++] ?? 0;
      headerBytes += 1;
      bodyBytes += (byte & 0x7f) * 2 ** shift;
      if (bodyBytes > this.#packetBytesMax || (byte >= 0x80 && headerBytes === HEADER_BYTES_MAX)) {
        return 'broken' as const;
      }
      if (byte < 0x80) break;
    }
    if (ahead > 0 || at + bodyBytes > chunk.length) {
      this.#header = [...this.#header, ...chunk.subarray(this.#at, at)];
    }
    this.#at = at;
    return { firstByte, headerBytes, bodyBytes, ahead };
  }
}

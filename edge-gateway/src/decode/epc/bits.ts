/** Reads a hexadecimal text bit by bit, most significant first. Asking beyond the end gives undefined. */
export class BitReader {
  readonly bitsTotal: number;
  readonly #value: bigint;
  #at = 0;

  /** @param hex digits only; the caller has checked them */
  constructor(hex: string) {
    this.#value = BigInt(`0x${hex}`);
    this.bitsTotal = hex.length * 4;
  }

  get bitsLeft(): number {
    return this.bitsTotal - this.#at;
  }

  read(bits: number): bigint | undefined {
    if (bits > this.bitsLeft) return undefined;
    this.#at += bits;
    return (this.#value >> BigInt(this.bitsTotal - this.#at)) & ((1n << BigInt(bits)) - 1n);
  }
}

/** Collects fields into one number and gives it as hexadecimal, filled with zero bits at the end. */
export class BitWriter {
  #value = 0n;
  #bits = 0;

  get bits(): number {
    return this.#bits;
  }

  write(value: bigint, bits: number): void {
    this.#value = (this.#value << BigInt(bits)) | value;
    this.#bits += bits;
  }

  /** @param multiple of how many bits the text's length is to be: 16 is what EPC memory holds */
  toHex(multiple: number): string {
    const filled = Math.ceil(this.#bits / multiple) * multiple;
    const value = this.#value << BigInt(filled - this.#bits);
    return value
      .toString(16)
      .toUpperCase()
      .padStart(filled / 4, '0');
  }
}

/**
 * Randomness by name: the same key gives the same numbers, whatever was drawn before it. So a world that is stopped and
 * taken up again, or advanced in other steps, goes on exactly as it would have.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(key: string) {
    // cyrb128-like mixing of the key into three words; sfc32 then needs a few rounds to spread them.
    let [a, b, c] = [1_779_033_703, 3_144_134_277, 1_013_904_242];
    for (let index = 0; index < key.length; index += 1) {
      const code = key.charCodeAt(index);
      a = b ^ Math.imul(a ^ code, 597_399_067);
      b = c ^ Math.imul(b ^ code, 2_869_860_233);
      c = a ^ Math.imul(c ^ code, 951_274_213);
    }
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    for (let round = 0; round < 8; round += 1) this.unit();
  }

  /** @returns [0, 1) by sfc32 (PractRand; Chris Doty-Humphrey) */
  unit(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** @returns a whole number, both ends included */
  integer(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  /** @returns from the normal distribution, by Box and Muller */
  normal(mean: number, deviation: number): number {
    if (deviation === 0) return mean;
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.unit());
  }

  /** @returns the waiting time of a Poisson process */
  exponential(mean: number): number {
    return -Math.log(1 - this.unit()) * mean;
  }
}

import { existsSync, writeFileSync } from 'node:fs';

/** Where Debian puts libfaketime, by architecture. */
const LIBRARIES = ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime/libfaketimeMT.so.1`);

/** A wall clock that can be stepped while the process runs (libfaketime). The steady clock goes on as it is. */
export class SteppedClock {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    this.step(0);
  }

  /** Wrong by so many seconds from now on. */
  step(seconds: number): void {
    writeFileSync(this.#file, `${seconds >= 0 ? '+' : ''}${seconds}`);
  }

  get env(): Record<string, string> {
    const library = LIBRARIES.find((path) => existsSync(path));
    if (library === undefined) throw new Error('libfaketime is not installed: apt-get install faketime');
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }
}

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * The room for short-lived garbage, twice this in memory. By itself it grows to 16 MiB while the modules are loaded. With
 * 8 a fleet's messages cost hardly more CPU, and 2,000 devices 15 MB less; with 4, what waits for the disk is moved
 * to the old generation, whose collections cost more than is saved.
 */
const SEMI_SPACE_BYTES = 8 * 1_048_576;
/** Kept for a moment, so that the collector finds its room too small; it begins with 1 MiB. */
const HELD_ARRAYS_MAX = 4_000;
/** What connecting and configuring leave behind is collected when the heap has grown by half, and not only when doubled. */
const HEAP_GROWING_PERCENT = 50;

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/**
 * Lets the young generation grow to its size at once, and then no more. V8 reads the flag for its greatest size before any
 * module of ours runs; the factor by which it grows it reads each time. Set here and not on the command line, so that it
 * holds however the gateway is started: `main.ts` loads everything else afterwards.
 */
function sizeHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  setFlagsFromString('--semi-space-growth-factor=8');
  const held: number[][] = [];
  while (newSpaceBytes() < 2 * SEMI_SPACE_BYTES && held.length < HELD_ARRAYS_MAX) {
    held.push(Array.from({ length: 1_000 }, (_, index) => index));
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

sizeHeap();

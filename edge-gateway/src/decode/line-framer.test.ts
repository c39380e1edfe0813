import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createLineFramer } from './line-framer.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const texts = (frames: Uint8Array[]): string[] => frames.map((frame) => new TextDecoder('latin1').decode(frame));

describe('line framer', () => {
  test('cuts at CR LF, CR or LF and gives no empty frames', () => {
    expect(texts(createLineFramer().push(bytes('a\r\nb\rc\n\n\r\nd')))).toEqual(['a', 'b', 'c']);
  });

  test('gives the same frames however the stream is chopped', () => {
    const stream = bytes('S S 1 g\r\nS D 22 g\r\nES\r\n');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: stream.length }), { maxLength: 8 }), (cuts) => {
        const framer = createLineFramer();
        const borders = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const frames = borders.flatMap((from, index) => framer.push(stream.subarray(from, borders[index + 1] ?? from)));
        expect(texts(frames)).toEqual(['S S 1 g', 'S D 22 g', 'ES']);
      }),
    );
  });

  test('endless garbage is forgotten, and the next line is whole again', () => {
    const framer = createLineFramer({ bytesMax: 16 });
    for (let round = 0; round < 100; round += 1) expect(framer.push(bytes('xxxxxxxxxx'))).toEqual([]);
    expect(texts(framer.push(bytes('\r\nS S 1 g\r\n')))).toEqual(['S S 1 g']);
  });

  test('a reset forgets the half line', () => {
    const framer = createLineFramer();
    framer.push(bytes('S S 1'));
    framer.reset();
    expect(texts(framer.push(bytes('S S 2 g\r')))).toEqual(['S S 2 g']);
  });
});

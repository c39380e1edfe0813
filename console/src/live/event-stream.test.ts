import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { EventStreamParser } from './event-stream';

const STREAM =
  ': hello\r\n\r\nevent: stock\ndata: {"a":1}\n\n: heartbeat\n\nevent: order\rdata: one\rdata: two\r\rdata:bare\n\n';
const EVENTS = [
  { name: 'stock', data: '{"a":1}' },
  { name: 'order', data: 'one\ntwo' },
  { name: 'message', data: 'bare' },
];

describe('the event stream parser', () => {
  test('reads events and skips comments', () => {
    expect(new EventStreamParser().push(STREAM)).toEqual(EVENTS);
  });

  test('gives the same events however the network cuts the text', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 20 }), (cuts) => {
        const parser = new EventStreamParser();
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const pieces = places.slice(1).map((end, i) => STREAM.slice(places[i], end));
        expect(pieces.flatMap((piece) => parser.push(piece))).toEqual(EVENTS);
      }),
    );
  });
});

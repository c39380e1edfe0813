import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { needsSharedData } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import type { Decoder, DecodeResult } from '../decoder.ts';
import { decoderOfModel } from '../decoder-case.ts';
import { llrpModel } from './decoder.ts';
import { createLlrpFramer } from './framer.ts';
import { readRecordings, type Recording, type Step } from './recording.ts';

const STARTED_AT_MS = 1_772_600_767_000;

/** How the network delivers what the reader wrote in one go. */
type Chunking = (bytes: Uint8Array) => Uint8Array[];

describe.each(readRecordings().map((recording) => [recording.name, recording] as const))(
  'the recorded stream %s',
  (_name, recording) => {
    test('reads as it was recorded, and the client answers with the recorded bytes', () => {
      expect(replay(recording, whole)).toEqual(expectedOf(recording));
    });

    test('reads the same byte by byte', () => {
      expect(replay(recording, (bytes) => [...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(
        expectedOf(recording),
      );
    });

    test('reads the same wherever a message is split in two', () => {
      const longest = Math.max(...readerSteps(recording).map(({ bytes }) => bytes.length));
      const expected = expectedOf(recording);
      for (let at = 1; at < longest; at += 1) {
        expect(
          replay(recording, (bytes) => [bytes.subarray(0, at), bytes.subarray(at)]),
          `split at byte ${at}`,
        ).toEqual(expected);
      }
    });

    test('reads the same when messages that did not wait for an answer arrive as one', () => {
      expect(replay(coalesced(recording), whole)).toEqual(expectedOf(coalesced(recording)));
    });
  },
);

const projectRoot = fileURLToPath(new URL('../../../..', import.meta.url));
const payloads = join(projectRoot, '..', 'shared', 'payloads');

test.runIf(needsSharedData('payloads', projectRoot))(
  'messages that real readers sent read the same in one piece and wherever the stream is split',
  () => {
    const names = ['reader_event_notifications_conn_attempt', 'ro_access_report_simple', 'ro_access_report_blockwrite'];
    const files = [...names, 'ro_access_report_read_zero', 'close_connection_response'];
    const bytes = Buffer.concat(files.map((name) => readFileSync(join(payloads, `llrp-${name}-llrprs.bin`))));
    const stream: Recording = {
      name: 'real messages',
      connections: [[{ kind: 'reader', atMs: 0, bytes, samples: [], troubles: [] }]],
    };
    const inOnePiece = replay(stream, whole);
    expect(inOnePiece.samples).toMatchObject([
      { epcHex: '0B0300000000000000510238', antenna: 1, rssiDbm: -68 },
      { epcHex: '0B0300000000000000510238', antenna: 1, rssiDbm: -68 },
    ]);
    for (let at = 1; at < bytes.length; at += 1) {
      expect(replay(stream, (sent) => [sent.subarray(0, at), sent.subarray(at)])).toEqual(inOnePiece);
    }
  },
);

interface Replayed {
  samples: unknown[];
  troubles: string[];
  /** What the client wrote after each of the reader's steps that it answered. */
  written: string[];
}

/** One decoder for all connections, as the gateway has it; the framer is new with each of them. */
function replay({ connections }: Recording, chunksOf: Chunking): Replayed {
  const decoder = decoderOfModel(llrpModel, {});
  const replayed: Replayed = { samples: [], troubles: [], written: [] };
  for (const steps of connections) {
    const framer = createLlrpFramer();
    for (const step of steps) {
      if (step.kind !== 'reader') continue;
      const frames = chunksOf(step.bytes).flatMap((chunk) => framer.push(chunk));
      const answers = frames.flatMap((payload) => receive(decoder, payload, STARTED_AT_MS + step.atMs, replayed));
      if (answers.length > 0) replayed.written.push(answers.join(''));
    }
  }
  return replayed;
}

function receive(decoder: Decoder, payload: Uint8Array, receivedAtMs: number, replayed: Replayed): string[] {
  const result = decoder.decode({ payload, receivedAtMs });
  if (result.ok) replayed.samples.push(...result.samples);
  replayed.troubles.push(...troublesOf(result));
  return result.reply?.to === 'connection' ? [Buffer.from(result.reply.bytes).toString('hex')] : [];
}

function troublesOf(result: DecodeResult): string[] {
  return result.ok ? (result.rejected ?? []).map(({ kind }) => `rejected ${kind}`) : [`failure ${result.kind}`];
}

function expectedOf(recording: Recording): Replayed {
  return {
    samples: readerSteps(recording).flatMap(({ samples }) => samples),
    troubles: readerSteps(recording).flatMap(({ troubles }) => troubles),
    written: recording.connections
      .flat()
      .flatMap((step) => (step.kind === 'client' ? [Buffer.from(step.bytes).toString('hex')] : [])),
  };
}

function readerSteps({ connections }: Recording) {
  return connections.flat().flatMap((step) => (step.kind === 'reader' ? [step] : []));
}

/** Steps of the reader with nothing of the client between them become one. */
function coalesced(recording: Recording): Recording {
  const join = (steps: readonly Step[]): Step[] =>
    steps.reduce<Step[]>((joined, step) => {
      const last = joined.at(-1);
      if (step.kind !== 'reader' || last?.kind !== 'reader') return [...joined, step];
      const both: Step = {
        kind: 'reader',
        atMs: step.atMs,
        bytes: Buffer.concat([last.bytes, step.bytes]),
        samples: [...last.samples, ...step.samples],
        troubles: [...last.troubles, ...step.troubles],
      };
      return [...joined.slice(0, -1), both];
    }, []);
  return { ...recording, connections: recording.connections.map(join) };
}

function whole(bytes: Uint8Array): Uint8Array[] {
  return [bytes];
}

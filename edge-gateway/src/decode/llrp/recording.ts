import { readdirSync, readFileSync } from 'node:fs';

/**
 * A recorded LLRP stream, byte for byte in both directions: `recordings/*.txt`. One step a line, `#` begins a comment:
 *
 *     0.010 connect
 *     0.020 < 043f…     the reader sent these bytes
 *     0.021 > 0415…     the client sent these; a replay demands exactly them before it goes on
 *     = {"kind":"tag",…}    what the bytes of the step before read as, one line for each sample
 *     ! failure out-of-range    the frame before fails so; `! rejected malformed`: an entry of it does
 *     0.030 close       the reader hung up; `reset`: it did so without a word
 *
 * Times are seconds since the first step.
 */
export interface Recording {
  name: string;
  connections: Step[][];
}

export type Step =
  | { kind: 'reader'; atMs: number; bytes: Uint8Array; samples: unknown[]; troubles: string[] }
  | { kind: 'client'; atMs: number; bytes: Uint8Array }
  | { kind: 'close' | 'reset'; atMs: number };

/** The sources, also from `dist`. */
const folder = new URL('../../../src/decode/llrp/recordings/', import.meta.url);

export function readRecordings(): Recording[] {
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      name: file.replace(/\.txt$/, ''),
      connections: readConnections(readFileSync(new URL(file, folder), 'utf8'), file),
    }));
}

function readConnections(text: string, file: string): Step[][] {
  const connections: Step[][] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const steps = connections.at(-1);
    const where = `${file}, line ${index + 1}`;
    const match = /^\s*(\d+\.\d+) (connect|close|reset|[<>] [0-9a-f]+)$/.exec(line);
    if (match === null) {
      expect(steps?.at(-1), line, where);
      continue;
    }
    const atMs = Number(match[1]) * 1_000;
    const step = stepOf(match[2] ?? '', atMs);
    if (step === undefined) connections.push([]);
    else if (steps === undefined) throw new RangeError(`${where}: nobody is connected`);
    else steps.push(step);
  }
  return connections;
}

/** @returns undefined for `connect`, which begins the next list */
function stepOf(text: string, atMs: number): Step | undefined {
  if (text === 'close' || text === 'reset') return { kind: text, atMs };
  const bytes = Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
  if (text.startsWith('<')) return { kind: 'reader', atMs, bytes, samples: [], troubles: [] };
  return text.startsWith('>') ? { kind: 'client', atMs, bytes } : undefined;
}

function expect(step: Step | undefined, line: string, where: string): void {
  if (step?.kind === 'reader' && line.startsWith('= ')) step.samples.push(JSON.parse(line.slice(2)));
  else if (step?.kind === 'reader' && line.startsWith('! ')) step.troubles.push(line.slice(2).trim());
  else throw new RangeError(`${where} is no step, or expects something of bytes that the reader did not send`);
}

import { fuzzDecoder } from './fuzz.ts';
import { DECODER_MODELS, findDecoderModel } from './registry.ts';

/**
 * `node edge-gateway/dist/decode/fuzz-main.js [bytes] [seed]`: so many bytes, shared by all decoders; 10 million unless told.
 * Exit 1 at the first finding.
 */
const BYTES_DEFAULT = 10_000_000;

const [bytesText, seedText] = process.argv.slice(2);
const bytes = bytesText === undefined ? BYTES_DEFAULT : Number(bytesText);
const seed = seedText === undefined ? Date.now() % 1_000_000_000 : Number(seedText);
if (!(bytes > 0) || !Number.isInteger(seed)) throw new RangeError('usage: fuzz-main.js [bytes] [seed]');

process.stdout.write(`${bytes} bytes over ${DECODER_MODELS.length} decoders, seed ${seed}\n`);
let total = 0;
for (const model of DECODER_MODELS) {
  const report = fuzzDecoder(model, findDecoderModel, bytes / DECODER_MODELS.length, seed);
  total += report.bytes;
  const slowest = report.slowestCpuMs.toFixed(1);
  process.stdout.write(
    `${report.modelId.padEnd(22)} ${report.bytes} bytes, ${report.frames} frames, ${report.understood} understood, slowest ${slowest} ms\n`,
  );
}
process.stdout.write(`${total} bytes, nothing found\n`);

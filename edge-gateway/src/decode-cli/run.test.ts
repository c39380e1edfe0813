import { expect, test } from 'vitest';

import { runDecode } from './run.ts';

const EVENT =
  '{"timestamp":"2026-03-04T05:06:07.123Z","eventType":"tagInventory","tagInventoryEvent":{"epcHex":"E2801160"}}';
const STATUS = '{"timestamp":"2026-03-04T05:06:07.123Z","eventType":"inventoryStatus","inventoryStatusEvent":{}}';

test('prints readings as JSON lines and exits 0', () => {
  const { exitCode, printed, complaints } = run(['--model', 'impinj-r700', 'file'], EVENT);
  expect(exitCode).toBe(0);
  expect(complaints).toEqual([]);
  expect(printed.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { kind: 'tag', epcUri: 'urn:epc:raw:32.xE2801160', observedAtMs: 1_772_600_767_123 },
  ]);
});

test('prints the good frames, tells of the bad ones, and exits 0', () => {
  const { exitCode, printed, complaints } = run(['--model', 'impinj-r700', 'file'], `${EVENT}\nnonsense\n${EVENT}\n`);
  expect(exitCode).toBe(0);
  expect(printed).toHaveLength(2);
  expect(complaints).toEqual([expect.stringContaining('line 2')]);
});

test('prints nothing for a frame that is understood and carries no reading, and exits 0', () => {
  expect(run(['--model', 'impinj-r700', 'file'], STATUS)).toEqual({ exitCode: 0, printed: [], complaints: [] });
});

test.each([
  ['nothing can be decoded', ['--model', 'impinj-r700', 'file'], 'nonsense', /JSON/],
  ['the file is empty', ['--model', 'impinj-r700', 'file'], '', /empty/],
  ['the model is unknown', ['--model', 'sundial', 'file'], EVENT, /sundial/],
  ['the model inside is unknown', ['--model', 'chirpstack-v4', '--inside', 'sundial', 'file'], EVENT, /sundial/],
  ['a constant is none', ['--model', 'llrp', '--constants', 'keepAliveMs=often', 'file'], EVENT, /keepAliveMs/],
  [
    'a stream breaks off',
    ['--model', 'keonn-advannet', 'file'],
    'ADVANNET/1.1\r\nContent-Length: 9\r\n\r\n<inv',
    /breaks off/,
  ],
  ['only the lines between are known', ['--model', 'nci', 'file'], '\n12.34US\r\n00\r\x03', /US/],
  ['a text could be base64', ['--model', 'dragino-ldds75', 'file'], 'hello world', /hex/],
  ['the file cannot be read', ['--model', 'impinj-r700', 'missing'], EVENT, /missing/],
  ['no file is named', ['--model', 'impinj-r700'], EVENT, /FILE/],
])('exits 2 with one sentence when %s', (_when, args, content, sentence) => {
  const { exitCode, printed, complaints } = run(args, content);
  expect(exitCode).toBe(2);
  expect(printed).toEqual([]);
  expect(complaints).toEqual([expect.stringMatching(sentence)]);
});

test('tells of a constant that nobody reads, and goes on', () => {
  const { exitCode, printed, complaints } = run(['--model', 'mt-8217', '--constants', 'Unit=g', 'file'], '\x020.500\r');
  expect(exitCode).toBe(0);
  expect(printed).toHaveLength(1);
  expect(complaints).toEqual(['the constant "Unit" is not used; known are: unit.']);
});

test('lists the decoders and explains itself', () => {
  expect(run(['--list'], '').printed.join('\n')).toMatch(/impinj-r700 +Impinj R700/);
  expect(run(['--help'], '').printed.join('\n')).toContain('--constants');
});

function run(args: string[], content: string) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const exitCode = runDecode({
    args,
    readFile: (path) => {
      if (path === 'missing') throw new Error('no such file');
      return Buffer.from(content);
    },
    print: (line) => printed.push(line),
    complain: (sentence) => complaints.push(sentence),
  });
  return { exitCode, printed, complaints };
}

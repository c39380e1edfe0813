import { readFileSync } from 'node:fs';

import { runDecode } from './decode-cli/run.ts';

const STANDARD_INPUT = 0;

process.exitCode = runDecode({
  args: process.argv.slice(2),
  readFile: (path) => readFileSync(path === '-' ? STANDARD_INPUT : path),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (sentence) => process.stderr.write(`decode: ${sentence}\n`),
});

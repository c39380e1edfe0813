import { readFileSync } from 'node:fs';

import { runDecode } from './decode-cli/run.ts';

const STANDARD_INPUT = 0;

// Who reads the output may stop early (`… | head -1`): that is no failure, and nobody is left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

process.exitCode = runDecode({
  args: process.argv.slice(2),
  readFile: (path) => readFileSync(path === '-' ? STANDARD_INPUT : path),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (sentence) => process.stderr.write(`decode: ${sentence}\n`),
});

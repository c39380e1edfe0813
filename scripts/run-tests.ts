/**
 * Runs Vitest and closes with the one line that CI reads: `tests: N passed, N failed`, after every failed test by file and
 * name. Skipped suites are counted in a line of their own; with SHELFWIRE_REQUIRE_ALL=1 a suite that misses its server
 * has failed, not skipped. What a test prints is shown if it failed; SHELFWIRE_TEST_OUTPUT=1 shows it always.
 */
import { relative } from 'node:path';

import { startVitest, type TestModule, type Vitest } from 'vitest/node';

const args = process.argv.slice(2);
const projectAt = args.indexOf('--project');
const project = projectAt >= 0 ? (args[projectAt + 1] ?? 'unit') : 'unit';
const filters = args.filter((_, index) => projectAt < 0 || (index !== projectAt && index !== projectAt + 1));

/** Colours take room in a log, and hide what one looks for with grep. */
function firstLine(error: { message?: string } | undefined): string {
  // oxlint-disable-next-line no-control-regex
  const plain = (error?.message ?? 'no reason given').replaceAll(/\x1b\[[0-9;]*m/g, '');
  const lines = plain.split('\n').map((line) => line.trim());
  return (lines.find((line) => line !== '') ?? 'no reason given').slice(0, 200);
}

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** One for each that failed: what, and the first line of why. */
  failures: string[];
}

function add(outcome: Outcome, module: TestModule): void {
  const file = relative(process.cwd(), module.moduleId);
  const failed = (what: string, errors: readonly { message?: string }[]): void => {
    outcome.failed += 1;
    outcome.failures.push(`FAILED ${file}${what}\n       ${firstLine(errors[0])}`);
  };
  let testsOfFile = 0;
  for (const test of module.children.allTests()) {
    testsOfFile += 1;
    const { state, errors } = test.result();
    if (state === 'failed') failed(` > ${test.fullName}`, errors ?? []);
    else if (state !== 'pending') outcome[state] += 1;
  }
  for (const suite of module.children.allSuites()) {
    if (suite.errors().length > 0) failed(` > ${suite.fullName} (before or after its tests)`, suite.errors());
  }
  const own = module.errors();
  if (own.length > 0 || (module.state() === 'failed' && testsOfFile === 0)) failed('', own);
}

function outcomeOf(vitest: Vitest): Outcome {
  const outcome: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const module of vitest.state.getTestModules()) add(outcome, module);
  for (const error of vitest.state.getUnhandledErrors()) {
    outcome.failed += 1;
    outcome.failures.push(`FAILED outside of any test\n       ${firstLine(error as { message?: string })}`);
  }
  return outcome;
}

const vitest = await startVitest('test', filters, {
  project: [project],
  watch: false,
  run: true,
  silent: process.env['SHELFWIRE_TEST_OUTPUT'] === '1' ? false : 'passed-only',
  slowTestThreshold: 10_000,
});
const { passed, failed, skipped, failures } = outcomeOf(vitest);
await vitest.close();
if (skipped > 0) console.log(`skipped: ${skipped}`);
for (const failure of failures) console.log(failure);
console.log(`tests: ${passed} passed, ${failed} failed`);
// Without Docker the containers project skips everything, and has said why.
const ranNothing = passed === 0 && !(project === 'containers' && skipped > 0);
process.exitCode = failed > 0 || ranNothing ? 1 : 0;

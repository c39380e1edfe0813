/**
 * Runs Vitest and closes with the one line that CI reads: `tests: N passed, N failed`. Skipped suites are counted in a
 * line of their own before it; with SHELFWIRE_REQUIRE_ALL=1 a suite that misses its server has failed, not skipped.
 */
import { startVitest } from 'vitest/node';

const args = process.argv.slice(2);
const projectAt = args.indexOf('--project');
const project = projectAt >= 0 ? (args[projectAt + 1] ?? 'unit') : 'unit';
const filters = args.filter((_, index) => projectAt < 0 || (index !== projectAt && index !== projectAt + 1));

const vitest = await startVitest('test', filters, { project: [project], watch: false, run: true });
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of vitest.state.getTestModules()) {
  let testsOfFile = 0;
  for (const test of file.children.allTests()) {
    testsOfFile += 1;
    const { state } = test.result();
    if (state === 'passed' || state === 'failed' || state === 'skipped') counts[state] += 1;
  }
  if (file.state() === 'failed' && (testsOfFile === 0 || file.errors().length > 0)) counts.failed += 1;
}
counts.failed += vitest.state.getUnhandledErrors().length;
await vitest.close();
if (counts.skipped > 0) console.log(`skipped: ${counts.skipped}`);
console.log(`tests: ${counts.passed} passed, ${counts.failed} failed`);
// Without Docker the containers project skips everything, and has said why.
const ranNothing = counts.passed === 0 && !(project === 'containers' && counts.skipped > 0);
process.exitCode = counts.failed > 0 || ranNothing ? 1 : 0;

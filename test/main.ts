import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../build/modules.ts';
import { findHypervisor } from './lab/hypervisor.ts';
import { sharedNames } from './lab/shared.ts';
import { ensureTools } from './lab/tools.ts';
import { stage } from './support/stages.ts';

// `npm test`: every project of vitest.config.ts, one after the other, since they share one lab. It ends with the
// line `N passed, N failed`; a test that is skipped counts as failed, so that none is left out in silence.
const PROJECTS = ['house', 'unit', 'integration', 'e2e'];

interface Totals {
  passed: number;
  failed: number;
}

/** The counts in vitest's JSON report; a run without a report is one failure. */
function totalsOf(report: string, exitCode: number | undefined): Totals {
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<
    string,
    number
  >;
  const failed = (numTotalTests ?? 0) - (numPassedTests ?? 0);
  // A file that can't be loaded has no tests to count.
  return { passed: numPassedTests ?? 0, failed: exitCode === 0 ? failed : Math.max(failed, 1) };
}

async function runProject(project: string, reports: string): Promise<Totals> {
  const report = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { exitCode } = await execa('npx', ['vitest', 'run', '--project', project, ...reporters], {
    cwd: ROOT,
    reject: false,
    stdio: 'inherit',
  });
  return totalsOf(report, exitCode);
}

const wanted = process.argv.slice(2);
const reports = mkdtempSync(join(tmpdir(), 'piecewise-test-'));
const totals: Totals = { passed: 0, failed: 0 };
try {
  await stage('tools of the lab', ensureTools);
  for (const project of wanted.length > 0 ? wanted : PROJECTS) {
    const { passed, failed } = await stage(`tests: ${project}`, () => runProject(project, reports));
    totals.passed += passed;
    totals.failed += failed;
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
  for (const name of sharedNames()) await (await findHypervisor(name))?.remove();
}
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;

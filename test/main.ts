import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ROOT } from '../build/modules.ts';
import { findHypervisor } from './lab/hypervisor.ts';
import { prepareRoots } from './lab/prepare.ts';
import { sharedHypervisor, sharedNames } from './lab/shared.ts';
import { ensureTools } from './lab/tools.ts';
import { buildForAll } from './support/build.ts';
import { guestImage } from './support/guest-image.ts';
import { type Report, readReport, summary } from './support/report.ts';
import { say, stage } from './support/stages.ts';

// `npm test`: every project of vitest.config.ts. Those that need no lab run while the lab's roots and the guests' image
// are built, then the others, some files side by side. It ends with the line `N passed, N failed`; a test that is
// skipped counts as failed, so that none is left out in silence.
const WITHOUT_LAB = ['house', 'unit'];
const IN_LAB = ['integration', 'e2e'];

async function runProjects(projects: readonly string[], reports: string): Promise<Report> {
  const file = join(reports, `${projects.join('-')}.json`);
  const command = [
    ...['vitest', 'run', ...projects.flatMap((project) => ['--project', project])],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
  ];
  const { exitCode } = await execa('npx', command, { cwd: ROOT, reject: false, stdio: 'inherit' });
  return readReport(file, exitCode);
}

async function prepareLab(): Promise<void> {
  await stage('roots of the lab', prepareRoots);
  await stage('image of the guests', async () => guestImage(await sharedHypervisor()));
}

const asked = process.argv.slice(2);
const [first, second] = [WITHOUT_LAB, IN_LAB].map((all) =>
  all.filter((project) => asked.length === 0 || asked.includes(project)),
) as [string[], string[]];
const reports = mkdtempSync(join(tmpdir(), 'piecewise-test-'));
const done: Report[] = [];
const run = async (projects: readonly string[]) => {
  if (projects.length === 0) return;
  done.push(await stage(`tests: ${projects.join(', ')}`, () => runProjects(projects, reports)));
};
try {
  await stage('tools of the lab', ensureTools);
  await Promise.all([second.length > 0 ? prepareLab() : undefined, run(first)]);
  if (second.length > 0) await stage('the collection', buildForAll);
  await run(second);
} finally {
  rmSync(reports, { recursive: true, force: true });
  for (const name of sharedNames()) await (await findHypervisor(name))?.remove();
}
const passed = done.reduce((sum, report) => sum + report.passed, 0);
const failed = done.reduce((sum, report) => sum + report.failed, 0);
for (const line of summary(done)) say(line);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

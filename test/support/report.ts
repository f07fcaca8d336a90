import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { ROOT } from '../../build/modules.ts';

/** What came of a test file. */
interface FileReport {
  /** From the project's root. */
  readonly path: string;
  readonly tests: number;
  readonly seconds: number;
  /** A line for each test that did not pass, and for a file that could not be loaded. */
  readonly failures: readonly string[];
}

/** What came of a run of vitest. */
export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly files: readonly FileReport[];
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    /** Why the file could not be loaded. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

type FileResult = VitestReport['testResults'][number];

function failuresOf({ message, assertionResults }: FileResult): string[] {
  const tests = assertionResults
    .filter(({ status }) => status !== 'passed')
    .map(({ fullName, status, failureMessages }) => `${fullName}: ${failureMessages.join('\n') || status}`);
  return message === '' ? tests : [message, ...tests];
}

/** Reads vitest's report as JSON; a run without one is one failure. */
export function readReport(file: string, exitCode: number | undefined): Report {
  if (!existsSync(file)) return { passed: 0, failed: 1, files: [] };
  const { numPassedTests, numTotalTests, testResults } = JSON.parse(
    readFileSync(file, 'utf8'),
  ) as VitestReport;
  const failed = numTotalTests - numPassedTests;
  return {
    passed: numPassedTests,
    // A file that can't be loaded has no tests to count.
    failed: exitCode === 0 ? failed : Math.max(failed, 1),
    files: testResults.map((result) => ({
      path: relative(ROOT, result.name),
      tests: result.assertionResults.length,
      seconds: (result.endTime - result.startTime) / 1000,
      failures: failuresOf(result),
    })),
  };
}

/** The project that a test file is of: see vitest.config.ts. */
const projectOf = (path: string): string =>
  /^test\/(e2e|house)\//.exec(path)?.[1] ?? (path.endsWith('.lab.test.ts') ? 'integration' : 'unit');

const SLOWEST = 12;

/**
 * Lines that say what each project took, of the time of its worker, which files took most, and, last, which tests did
 * not pass: of a long output, the end is what is kept.
 */
export function summary(reports: readonly Report[]): string[] {
  const files = reports.flatMap((report) => report.files);
  const projects = [...new Set(files.map(({ path }) => projectOf(path)))];
  const line = (name: string, tests: number, seconds: number) =>
    `${seconds.toFixed(0).padStart(5)} s  ${name} (${tests} tests)`;
  const sum = (of: readonly FileReport[], field: 'tests' | 'seconds') =>
    of.reduce((total, file) => total + file[field], 0);
  return [
    ...projects.map((project) => {
      const own = files.filter(({ path }) => projectOf(path) === project);
      return line(project, sum(own, 'tests'), sum(own, 'seconds'));
    }),
    ...files
      .toSorted((a, b) => b.seconds - a.seconds)
      .slice(0, SLOWEST)
      .map(({ path, tests, seconds }) => line(path, tests, seconds)),
    ...files.flatMap(({ path, failures }) => failures.map((failure) => `FAILED  ${path}: ${failure}`)),
  ];
}

import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, runTool } from './run-tool.ts';

/** How many tests passed and failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Skipped and to do. */
  readonly pending: number;
}

/** Options of {@link runJest}. */
export interface JestOptions {
  /** Node that runs the tests; by default this one. */
  readonly node?: string;
  /** Regular expressions of paths; none: all tests. */
  readonly patterns?: readonly string[];
  /** Regular expressions of paths to leave out. */
  readonly ignore?: readonly string[];
  /** Test files that run at the same time, each in a process of its own; by default one. */
  readonly workers?: number;
}

/** The part of jest's report that we read. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that failed before they had a test: they do not parse, or an import is missing. */
  readonly numRuntimeErrorTestSuites: number;
}

/** Runs jest with its progress on the terminal. A jest that crashed counts as a failure. Never rejects. */
export async function runJest(options: JestOptions = {}): Promise<Counts> {
  const report = join(ROOT, 'build', 'test', 'jest.json');
  await mkdir(join(ROOT, 'build', 'test'), { recursive: true });
  await rm(report, { force: true });
  const ignore = ['/node_modules/', ...(options.ignore ?? [])];
  const run = await runTool(
    options.node ?? process.execPath,
    [
      '--experimental-vm-modules',
      // The interfaces that jest uses are experimental; saying so in every run helps nobody.
      '--disable-warning=ExperimentalWarning',
      join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
      '--json',
      `--outputFile=${report}`,
      '--testPathIgnorePatterns',
      ...ignore,
      `--maxWorkers=${options.workers ?? 1}`,
      ...(options.patterns?.length ? ['--testPathPatterns', ...options.patterns] : []),
    ],
    { inherit: true },
  );
  const counts = await readReport(report);
  if (run.code === 0 && counts !== undefined) return counts;
  if (counts === undefined) console.log(`jest ended without a report (${run.reason || `exit code ${run.code}`})`);
  const { passed = 0, failed = 0, pending = 0 } = counts ?? {};
  return { passed, failed: Math.max(failed, 1), pending };
}

async function readReport(file: string): Promise<Counts | undefined> {
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as JestReport;
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
      pending: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return undefined;
  }
}

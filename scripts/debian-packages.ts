import { runTool, type ToolRun } from './run-tool.ts';

/**
 * Installs packages of Debian. Answers undefined when the tool behind it says that they are there (`missing` answers none),
 * else why not, in words that begin with `what`.
 */
export async function providePackages(
  what: string,
  missing: () => Promise<readonly string[]>,
): Promise<string | undefined> {
  const wanted = await missing();
  if (wanted.length === 0) return undefined;
  const command = `apt-get install -y --no-install-recommends ${wanted.join(' ')}`;
  if (process.getuid?.() !== 0) return `${what}: packages are missing; as root: ${command}`;
  console.log(`${what}: installing ${wanted.join(' ')}`);
  const install = ['install', '-y', '--no-install-recommends', ...wanted];
  let run = await apt(install);
  if (run.code !== 0) {
    // Mostly lists that are older than what the archive holds.
    await apt(['update']);
    run = await apt(install);
  }
  if ((await missing()).length === 0) return undefined;
  return `${what}: ${command} failed:\n${lastLines(run)}`;
}

/** Waits for another apt-get that is under way. */
export function apt(args: readonly string[]): Promise<ToolRun> {
  return runTool('env', ['DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args]);
}

/** The end of what a tool wrote. */
export function lastLines(run: ToolRun): string {
  return `${run.output}${run.reason}`.trim().split('\n').slice(-8).join('\n');
}

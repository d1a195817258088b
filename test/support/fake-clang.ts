import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { wat } from './wat.ts';

/** How a fake clang behaves. */
export interface FakeClang {
  readonly version: string;
  /** The only target it has a library for; without one every program fails to compile. */
  readonly target?: string;
  /** Extension of the only sources it has headers for. */
  readonly extension?: string;
}

/** What a fake clang links, whatever the sources. */
export const FAKE_MODULE = '(module (memory (export "memory") 1) (func (export "_start")))';

/**
 * Writes a shell script `command` into `folder` that answers clang's commands as far as finding one needs them. What it
 * was asked is kept; see {@link fakeClangCommands}.
 */
export async function writeFakeClang(folder: string, command: string, fake: FakeClang): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'linked.wasm'), await wat(FAKE_MODULE));
  const script = `#!/bin/sh
echo "$0 $*" >> ${folder}/commands
if [ "$*" = -dumpversion ]; then echo ${fake.version}; exit 0; fi
case "$*" in *--target=${fake.target ?? 'none'}\\ *) ;; *) echo "fatal error: 'stdio.h' file not found" >&2; exit 1;; esac
for word; do last=$word; done
case "$*" in
  *\\ -c\\ *${fake.extension ?? ''}\\ -o*) echo > "$last";;
  *\\ -c\\ *) echo "fatal error: 'string' file not found" >&2; exit 1;;
  *) /bin/cp ${folder}/linked.wasm "$last";;
esac
`;
  await writeFile(join(folder, command), script);
  await chmod(join(folder, command), 0o755);
}

/** The command lines that the fakes in `folder` were called with. */
export async function fakeClangCommands(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'commands'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

import { basename, dirname } from 'node:path';
import type { CompileJob } from './job.ts';

/*
 * Compiling and linking are two commands, and the linking one has no -O: with it clang runs whatever `wasm-opt` is on
 * PATH, and the result would depend on what else is installed.
 */

/** Two names of one platform: Debian keeps its headers and libraries under the older one, others under the newer. */
export type ClangTarget = 'wasm32-wasip1' | 'wasm32-wasi';

/** Target of the clang that npm installs. */
export const BUNDLED_TARGET: ClangTarget = 'wasm32-wasip1';

const COMPILE_FLAGS = [
  '-O2',
  '-g0',
  // Regions are shared between threads, so atomics must stay atomic: with the default thread model they are lowered
  // to plain loads and stores. Legal on unshared memory.
  '-matomics',
  '-mbulk-memory',
  '-mthread-model',
  'posix',
];

const LANGUAGE_FLAGS = {
  // gnu, not c: with c17 the headers hide what POSIX adds (usleep, strdup).
  '.c': ['-std=gnu17'],
  // The C++ library there is has no exceptions.
  '.cpp': ['-std=gnu++20', '-fno-exceptions'],
};

const LINK_FLAGS = [
  // Debug sections go, the name section stays: traps and profiles name functions.
  '-Wl,--strip-debug',
  // Running out of stack traps instead of overwriting data.
  '-Wl,--stack-first',
  // With a zygote the host calls these one by one (see Entry in module/artifact.ts).
  '-Wl,--export=__wasm_call_ctors,--export-if-defined=__wasm_call_dtors,--export-if-defined=__main_void',
];

/** Our flags, as part of what a build depends on. */
export function clangFlags(target: ClangTarget): string[] {
  const flags = targetFlags(target);
  return [...flags, ...COMPILE_FLAGS, ...Object.values(LANGUAGE_FLAGS).flat(), ...flags, ...LINK_FLAGS];
}

/** A driver and its arguments. */
export type ClangCommand = ['clang' | 'clang++', ...string[]];

/** The clang command that turns `source` into `object`. */
export function compileCommand(job: CompileJob, target: ClangTarget, source: string, object: string): ClangCommand {
  const isC = source.endsWith('.c');
  return [
    isC ? 'clang' : 'clang++',
    '-c',
    ...targetFlags(target),
    ...COMPILE_FLAGS,
    ...LANGUAGE_FLAGS[isC ? '.c' : '.cpp'],
    // assert() prints file names: without their folder, or the module would depend on where the project lies.
    `-ffile-prefix-map=${dirname(source)}/=`,
    ...job.includeDirs.map((dir) => `-I${dir}`),
    ...job.flags,
    source,
    '-o',
    object,
  ];
}

/** The clang command that links `objects` into `module`. */
export function linkCommand(
  job: CompileJob,
  target: ClangTarget,
  objects: readonly string[],
  module: string,
): ClangCommand {
  const driver = job.sources.every((source) => source.endsWith('.c')) ? 'clang' : 'clang++';
  return [driver, ...targetFlags(target), ...LINK_FLAGS, ...job.linkFlags, ...objects, '-o', module];
}

/** Name of the object file of the `index`-th source. */
export function objectName(source: string, index: number): string {
  return `${index}-${basename(source)}.o`;
}

function targetFlags(target: ClangTarget): string[] {
  // clang 22 calls the older name deprecated, but Debian's finds its library under no other. The group is large: those
  // warnings of it that programs are written for stay.
  const quiet = target === 'wasm32-wasi' ? ['-Wno-deprecated', '-Wdeprecated-declarations'] : [];
  return [`--target=${target}`, ...quiet];
}

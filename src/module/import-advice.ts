import type { ImportDeclaration } from './import-section.ts';

const UNKNOWN = 'Link what is missing into the module, or build it against the headers of this host.';

/** Imports (`module name`) that say which toolchain or interface a module was built for, and what to do about it. */
const ORIGINS: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/^(gojs|go) /, 'It was built by Go for JavaScript: build it with GOOS=wasip1.'],
  [
    /^(wbg|__wbindgen\w*|\.\/.*_bg\.js) /,
    'It was built with wasm-bindgen for JavaScript: build a program without it, for Rust target wasm32-wasip1.',
  ],
  [
    /^env (_?emscripten_|__syscall_|invoke_)/,
    'It was built by Emscripten for JavaScript: build it with wasi-sdk, or faasm build, for WASI preview 1.',
  ],
  [/^wasix_/, 'It was built for WASIX: build it for WASI preview 1.'],
  [/^wasi:/, 'It is a part of a component, for WASI 0.2 or later: build a core module for WASI preview 1.'],
  [/^wasi thread-spawn$/, 'Modules with threads are not supported yet: build it without -pthread.'],
  [/^wasi_snapshot_preview1 sock_/, 'Functions have no network: build it without extensions of WASI for sockets.'],
];

/** What to do about imports that the host lacks: a sentence. */
export function importAdvice(missing: readonly ImportDeclaration[]): string {
  const names = missing.map(({ module, name }) => `${module} ${name}`);
  const origin = ORIGINS.find(([pattern]) => names.some((name) => pattern.test(name)));
  return origin?.[1] ?? UNKNOWN;
}

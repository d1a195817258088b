import { isFaasmError } from '../../../src/core/errors.ts';
import type { FileAnswer, FileRequest } from '../../../src/core/shared-file.ts';
import type { SharedFileAccess } from '../../../src/host/context.ts';
import { NODES_MAX } from '../../../src/host/wasi/budget.ts';
import type { DirectoryNode } from '../../../src/host/wasi/directory-node.ts';
import { ERRNO, errnoOf } from '../../../src/host/wasi/errno.ts';
import { WASI_FUNCTIONS } from '../../../src/host/wasi/functions.ts';
import { sessionOf } from '../../../src/host/wasi/session.ts';
import { FILETYPE } from '../../../src/host/wasi/types.ts';
import { ROOT } from '../guest-files.ts';
import { E, FakeExit, FakeHost } from '../host-context.ts';
import type { Fuzzer } from './fuzzer.ts';
import type { Random } from './random.ts';

const CALLS = 80;
const FILE_BYTES = 100_000;
const OPEN_FILES = 20;
const PAGES = 2;
const ALL_RIGHTS = 0x3fff_ffffn;
const MEMORY_BYTES = PAGES * 65_536;
const KNOWN: ReadonlySet<number> = new Set(Object.values(ERRNO));
const FILE_FUNCTIONS = WASI_FUNCTIONS.filter(({ name }) => /^(fd|path)_/.test(name));
/** How a call of the host may end besides with an error number: limits, a signal that the guest raised on itself. */
const ENDINGS: readonly string[] = ['OUTPUT_LIMIT', 'LOG_LIMIT', 'GUEST_TRAP', 'MEMORY_LIMIT'];
const TEXTS = [
  ...['a', 'b', 'a/b', 'tmp/x', '..', 'etc/hosts', '/', 'tmp/', 'etc/../tmp/y', '\u0000', '\u00e4'],
  ...['faasm:/a', 'faasm:/a/b', 'faasm:', 'faasm:/..', 'faasm:/none'],
];

/**
 * Guests that call WASI with whatever is in their registers: the host answers with error numbers and the errors of
 * limits, never with anything else, and gives back every byte of files that are gone.
 */
export const WASI_HOSTILE_FUZZER: Fuzzer = {
  name: 'wasi-hostile',
  async open() {
    const endings = new Map<string, number>();
    return {
      async attempt(random) {
        const host = hostileHost(random);
        for (let call = 0; call < CALLS; call += 1) {
          const ending = await callAnything(random, host);
          endings.set(ending, (endings.get(ending) ?? 0) + 1);
        }
        checkNothingIsLost(host, random.chance(0.01));
      },
      summary: () => [...endings].map(([name, count]) => `${name} ${count}`).join(', '),
      close: async () => {},
    };
  },
};

/** A host whose memory holds small numbers, addresses and paths: what reads as a pointer is often a good one. */
function hostileHost(random: Random): FakeHost {
  const files = randomFiles(random);
  const limits = { fileBytes: FILE_BYTES, openFiles: OPEN_FILES, outputBytes: 3000, logBytes: 3000 };
  const host = new FakeHost({
    pages: PAGES,
    input: 'input',
    args: ['one', 'two'],
    environment: ['A=b'],
    limits,
    files,
  });
  for (let at = 0; at < 4096; at += 4) host.memory.setU32(at, random.chance(0.9) ? random.below(3000) : edge(random));
  for (const [index, text] of TEXTS.entries()) host.memory.bytes.set(Buffer.from(text), placeOf(index));
  // Files of the guest's own and of the runtime tree, open for everything.
  for (const index of [0, 3, 5]) host.wasi('path_open', ROOT, 0, ...pathOf(index), 1, ALL_RIGHTS, ALL_RIGHTS, 0, 0);
  return host;
}

/** Shared files that come and go as they like, and a store that fails now and then. */
function randomFiles(random: Random): SharedFileAccess {
  const contents = new Uint8Array(new SharedArrayBuffer(5000)).fill(7);
  const found = (kind: FileRequest['kind']): FileAnswer => {
    if (random.chance(0.1)) return { error: { code: 'STORE_UNAVAILABLE', message: 'away' } };
    if (random.chance(0.3)) return { found: { kind: 'missing' } };
    if (random.chance(0.3)) return { found: { kind: 'directory', names: [{ name: 'b', directory: false }] } };
    const file = { kind: 'file', own: random.chance(0.8), sizeBytes: contents.length, modifiedAt: 1e12 } as const;
    return { found: kind === 'read' ? { ...file, contents: { bytes: contents, hold: random.below(1e9) } } : file };
  };
  return {
    ask: async ({ kind }, work) => work(found(kind)),
    reserve: () => random.chance(0.9),
    release: () => undefined,
    atEnd: () => undefined,
  };
}

function placeOf(text: number): number {
  return 8192 + text * 64;
}

/** Calls any function with any arguments; answers how that ended. Rejects where it must not end so. */
async function callAnything(random: Random, host: FakeHost): Promise<string> {
  const { name, params } = random.pick(random.chance(0.8) ? FILE_FUNCTIONS : WASI_FUNCTIONS);
  const args: (number | bigint)[] = [];
  while (args.length < params.length) {
    const type = params[args.length];
    if (args.length === 0 && random.chance(0.8)) args.push(random.below(8));
    else if (type === 'i64') args.push(long(random));
    else if (params[args.length + 1] === 'i32' && random.chance(0.3)) args.push(...path(random));
    else args.push(argument(random));
  }
  const call = `${name}(${args.join(', ')})`;
  try {
    const result = await host.wasi(name, ...args.slice(0, params.length));
    if (result === undefined && name === 'proc_exit') return 'exit';
    if (!KNOWN.has(Number(result))) throw new Error(`${call} answered ${result}`);
    return result === E.OK ? 'success' : 'error number';
  } catch (error) {
    if (error instanceof FakeExit) return 'exit';
    if (isFaasmError(error) && ENDINGS.includes(error.code)) return error.code;
    throw new Error(`${call}: ${(error as Error)?.stack ?? error}`);
  }
}

/** Address and length of a path. */
function path(random: Random): [number, number] {
  return pathOf(random.below(TEXTS.length));
}

function pathOf(index: number): [number, number] {
  return [placeOf(index), Buffer.byteLength(TEXTS[index] as string)];
}

function argument(random: Random): number {
  const kind = random.below(10);
  if (kind < 4) return random.below(8);
  if (kind < 7) return random.below(4096) & ~7;
  return kind < 9 ? random.below(64) : edge(random);
}

function edge(random: Random): number {
  return random.pick([0, -1, 1, MEMORY_BYTES - 1, MEMORY_BYTES - 8, MEMORY_BYTES, 0x7fff_ffff, -0x8000_0000, -64]);
}

function long(random: Random): bigint {
  const all = [0n, 1n, -1n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n, 2n ** 32n, 0x3fff_ffffn, 1n << 13n];
  return random.chance(0.5) ? random.pick(all) : BigInt(random.below(random.pick([10, 1000, FILE_BYTES, 1 << 30])));
}

/** Takes everything away: afterwards one file can be as large as all were allowed to be together, and no larger. */
function checkNothingIsLost({ context }: FakeHost, countNodes: boolean): void {
  const { descriptors, tree, pace } = sessionOf(context);
  for (let fd = 0; fd < OPEN_FILES; fd += 1) if (descriptors.find(fd) !== undefined) descriptors.close(fd);
  empty(tree.root);
  const file = tree.file();
  const [fits, more] = [FILE_BYTES, FILE_BYTES + 1].map((size) => outcome(() => file.resize(size, pace)));
  if (fits !== 'done' || more !== ERRNO.NOSPC) throw new Error(`${FILE_BYTES} bytes: ${fits}, one more: ${more}`);
  if (!countNodes) return;
  let nodes = 1;
  while (outcome(() => tree.directory()) === 'done') nodes += 1;
  if (nodes !== NODES_MAX) throw new Error(`${nodes} nodes are left of ${NODES_MAX}`);
}

function empty(directory: DirectoryNode): void {
  for (const { name } of [...directory.listing(() => {})]) {
    const node = directory.lookup(name, 'facts');
    if (node?.type === FILETYPE.DIRECTORY) empty(node);
    directory.remove(name);
  }
}

function outcome(work: () => void): 'done' | number {
  try {
    work();
    return 'done';
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

import { describe, expect, it } from '@jest/globals';
import type { FileAnswer, FileRequest } from '../../../src/core/shared-file.ts';
import type { SharedFileAccess } from '../../../src/host/context.ts';
import { GuestFiles, ROOT } from '../../support/guest-files.ts';
import { E } from '../../support/host-context.ts';

const ALL = 0x3fff_ffffn;
const NAMES = Array.from({ length: 1000 }, (_, index) => ({ name: `file-${index}`, directory: false }));

/** A host whose user has a directory of 1000 files, and what it was asked; `reserves` says whether there is room. */
function setUp({ reserves = true, ...options }: { reserves?: boolean; keepBytes?: number } = {}) {
  const asked: FileRequest[] = [];
  const reserved: number[] = [];
  const answer = (request: FileRequest): FileAnswer => {
    if (request.kind === 'list') return { found: { kind: 'directory', names: NAMES } };
    if (request.path === 'dir') return { found: { kind: 'directory' } };
    if (request.path !== 'file') return { found: { kind: 'missing' } };
    return { found: { kind: 'file', own: true, sizeBytes: 5, modifiedAt: 0 } };
  };
  let collect = (): readonly FileRequest[] => [];
  const files: SharedFileAccess = {
    ask: async (request, work) => {
      asked.push(request);
      return work(answer(request));
    },
    reserve: (bytes) => {
      reserved.push(bytes);
      return reserves;
    },
    release: () => undefined,
    atEnd: (each) => {
      collect = each;
    },
  };
  const host = new GuestFiles({ files, ...options });
  const result = host.allocate(8);
  return {
    host,
    asked,
    reserved,
    unwritten: () => collect(),
    /** Opens, whether or not the host has to be asked; answers a negative errno for a failure. */
    async open(path: string, oflags = 0): Promise<number> {
      const errno = Number(
        await host.wasi(
          'path_open',
          ROOT,
          1,
          ...host.path(path),
          oflags,
          oflags === 0 ? 1n << 14n : ALL,
          ALL,
          0,
          result,
        ),
      );
      return errno === E.OK ? host.memory.u32(result) : -errno;
    },
  };
}

describe('names of shared directories', () => {
  it('are charged while a descriptor holds them, however often it was duplicated', async () => {
    const { host, open } = setUp();
    const first = await open('faasm:/dir');
    const one = host.kept;
    expect(one).toBeGreaterThan(1000 * 'file-000'.length);
    const second = await open('faasm:/dir');
    expect(host.kept).toBe(2 * one);
    const copy = Number(host.env('dup', second));
    await host.wasi('fd_close', second);
    expect(host.kept).toBe(2 * one);
    for (const fd of [copy, first]) await host.wasi('fd_close', fd);
    expect(host.kept).toBe(0);
  });

  it('are refused with ENOMEM and a line of log where there is no memory', async () => {
    const { host, open } = setUp({ keepBytes: 10_000 });
    expect(await open('faasm:/dir')).toBe(-E.NOMEM);
    expect(host.logText).toMatch(/^faasm:\/\/dir: HOST_OVERLOADED: there is no memory left for \d+ bytes of names/);
    expect(host.kept).toBe(0);
  });

  it('are charged, too, where the call has made the directories', async () => {
    const { host } = setUp({ keepBytes: 2000 });
    const at = async (name: string, index: number): Promise<number> =>
      Number(await host.wasi(name, ROOT, ...host.path(`faasm:/${'x'.repeat(190)}${index}`)));
    let made = 0;
    while (made < 9 && (await at('path_create_directory', made)) === E.OK) made += 1;
    expect(made).toBe(4);
    expect(host.kept).toBeGreaterThan(4 * 190);
    expect(host.logText).toMatch(/HOST_OVERLOADED/);
    for (let index = 0; index < made; index += 1) expect(await at('path_remove_directory', index)).toBe(E.OK);
    expect(host.kept).toBe(0);
  });
});

describe('copies of shared files that are written back', () => {
  it('are reserved before they are made', async () => {
    const { host, asked, reserved, open } = setUp();
    const fd = await open('faasm:/new', 1);
    host.write(fd, 'contents');
    expect(reserved).toEqual([]);
    expect(await host.wasi('fd_close', fd)).toBe(E.OK);
    expect(reserved).toEqual([8]);
    expect(asked.at(-1)).toMatchObject({ kind: 'write', path: 'new', bytes: new TextEncoder().encode('contents') });
    expect(await host.wasi('path_rename', ROOT, ...host.path('faasm:/file'), ROOT, ...host.path('faasm:/to', 1))).toBe(
      E.OK,
    );
    expect(reserved).toEqual([8, 5]);
    expect(asked.at(-1)).toEqual({ kind: 'move', path: 'file', to: 'to', sizeBytes: 5 });
  });

  it('are refused with ENOMEM and a line of log, or fail the end of the program, where there is no memory', async () => {
    const { host, asked, unwritten, open } = setUp({ reserves: false });
    const fd = await open('faasm:/new', 1);
    host.write(fd, 'contents');
    expect(await host.wasi('fd_sync', fd)).toBe(E.NOMEM);
    expect(host.logText).toMatch(/^faasm:\/\/new: HOST_OVERLOADED: there is no memory left for a copy of its 8 bytes/);
    expect(unwritten).toThrow(expect.objectContaining({ code: 'HOST_OVERLOADED' }));
    expect(asked.filter(({ kind }) => kind === 'write')).toEqual([]);
  });
});

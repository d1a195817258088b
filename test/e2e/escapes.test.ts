import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CallResult } from '../../src/index.ts';
import { bytesArgument, compileGuest, fileShell, shell, uploadShell } from '../support/file-shell.ts';
import { ending, request, startRuntime, stopRuntime, type TestRuntime } from '../support/runtime.ts';
import { wat } from '../support/wat.ts';

const SECRET = 'the secret of somebody else';
const VARIABLE = 'FAASM_TEST_HOST_SECRET';
/** What open and the like answer, by the name of the error. */
const E = {
  BADF: 8,
  BUSY: 10,
  EXIST: 20,
  ILSEQ: 25,
  INVAL: 28,
  LOOP: 32,
  NAMETOOLONG: 37,
  NOENT: 44,
  NOTDIR: 54,
  NOTEMPTY: 55,
  NOTSOCK: 57,
  PERM: 63,
  XDEV: 75,
  NOTCAPABLE: 76,
} as const;
/** All but writing, which no directory is opened for. */
const ALL_RIGHTS = '0x3fffffbf';
const READ = '2';

/** Commands of guests/file-shell.c, and what each one answers. */
interface Attempt {
  readonly what: string;
  readonly commands: readonly string[];
  readonly answers: readonly string[];
}

/** One command, refused with an error number. */
function refused(what: string, command: string, errno: number): Attempt {
  const calls: Readonly<Record<string, string>> = {
    read: 'open',
    write: 'open',
    ls: 'opendir',
    stat: 'stat',
    rm: 'unlink',
    rmdir: 'rmdir',
    mv: 'rename',
    ln: 'link',
    symlink: 'symlink',
  };
  const call = calls[command.split(' ')[0] ?? ''];
  return { what, commands: [command], answers: [`${call === undefined ? '' : `${call} `}failed: ${errno}`] };
}

/** `path_open` of the root with the very bytes of a path. */
function refusedBytes(what: string, path: readonly number[] | string, errno: number): Attempt {
  const bytes = typeof path === 'string' ? new TextEncoder().encode(path) : Uint8Array.from(path);
  return refused(what, `open 3 ${bytesArgument(bytes)} 0 ${READ}`, errno);
}

let host = '';
let runtime: TestRuntime;

/** Paths of the host that exist and hold secrets; told to the table below by their names here. */
const place = (path: string): string => path.replaceAll('HOST', host);

const PATHS: readonly Attempt[] = [
  refused('dot-dot from the start', 'read ../../../../../../etc/passwd', E.NOTCAPABLE),
  refused('dot-dot in the middle', 'read etc/../../../../../../etc/hostname', E.NOTCAPABLE),
  refused('dot-dot of a directory that is not there', 'read none/../../../etc/passwd', E.NOENT),
  refused('listing what is above', 'ls ..', E.NOTCAPABLE),
  refused('an absolute path of the host', 'read HOST/secret', E.NOENT),
  refused('the folder of the store', 'ls HOST/store', E.NOENT),
  refused('facts about a file of the host', 'stat HOST/secret', E.NOENT),
  refused('the process', 'read /proc/self/environ', E.NOENT),
  refused('memory of the process', 'read /proc/self/mem', E.NOENT),
  refused('a device', 'read /dev/mem', E.NOENT),
  refused('a link of the runtime root to an absolute path', 'read /lib/absolute', E.NOTCAPABLE),
  refused('a link of the runtime root that climbs out', 'read /lib/climbs', E.NOTCAPABLE),
  refused('making a link to an absolute path', 'symlink HOST/secret /tmp/link', E.NOTCAPABLE),
  refused('renaming the root', 'mv / /tmp/root', E.BUSY),
  refused('renaming over the root', 'mv /etc /', E.BUSY),
  refused('removing the root', 'rmdir /', E.INVAL),
  refused('a directory into itself', 'mv /etc /etc/inside', E.INVAL),
  refused('a second name for a directory', 'ln /etc /tmp/etc', E.PERM),
  {
    what: 'a link that climbs out',
    commands: ['symlink ../../../../../../etc/passwd /tmp/link', 'read /tmp/link', 'stat /tmp/link'],
    answers: ['done', `open failed: ${E.NOTCAPABLE}`, `stat failed: ${E.NOTCAPABLE}`],
  },
  {
    what: 'a chain of links that climbs out step by step',
    commands: [
      'symlink .. /tmp/a',
      'symlink a/.. /tmp/b',
      'symlink b/.. /tmp/c',
      'ls /tmp/c',
      'read /tmp/b/etc/passwd',
    ],
    answers: ['done', 'done', 'done', `opendir failed: ${E.NOTCAPABLE}`, `open failed: ${E.NOTCAPABLE}`],
  },
  {
    what: 'links that lead to each other',
    commands: ['symlink b /tmp/a', 'symlink a /tmp/b', 'read /tmp/a', 'stat /tmp/a/x'],
    answers: ['done', 'done', `open failed: ${E.LOOP}`, `stat failed: ${E.LOOP}`],
  },
  {
    what: 'a directory moved up while a link climbs through it',
    commands: [
      'mkdir /tmp/d',
      'mkdir /tmp/d/e',
      'symlink ../../../etc/hosts /tmp/d/e/up',
      'mv /tmp/d/e /e',
      'read /e/up',
    ],
    answers: ['done', 'done', 'done', 'done', `open failed: ${E.NOTCAPABLE}`],
  },
  {
    what: 'changing what every call sees',
    commands: ['write /etc/passwd root::0:0', 'rm /etc/hosts', 'stat /etc/hosts'],
    answers: ['done', 'done', `stat failed: ${E.NOENT}`],
  },
];

const BYTES: readonly Attempt[] = [
  refusedBytes('an absolute path, past the C library', '/etc/passwd', E.NOTCAPABLE),
  refusedBytes('NUL behind a good path', 'etc/hosts\0/../../../secret', E.INVAL),
  refusedBytes('NUL first', '\0etc/hosts', E.INVAL),
  refusedBytes('no path', '', E.NOENT),
  refusedBytes('dots in more bytes than they need', [0xc0, 0xae, 0xc0, 0xae, 0x2f, 0x65, 0x74, 0x63], E.ILSEQ),
  refusedBytes('a slash in more bytes than it needs', [0x2e, 0x2e, 0xc0, 0xaf, 0x65, 0x74, 0x63], E.ILSEQ),
  refusedBytes('half a surrogate pair', [0xed, 0xa0, 0x80, 0x2f, 0x2e, 0x2e], E.ILSEQ),
  refusedBytes('no UTF-8 at all', [0xff, 0xfe, 0x2e, 0x2e], E.ILSEQ),
  refusedBytes('dots and slashes of full width', '．．／etc／passwd', E.NOENT),
  refusedBytes('backslashes', '..\\..\\etc\\passwd', E.NOENT),
  refusedBytes('encoded dots', '%2e%2e/etc/passwd', E.NOENT),
  refusedBytes('a byte order mark before dots', '\ufeff../etc/passwd', E.NOENT),
  refusedBytes('a path without end', '../'.repeat(2000), E.NAMETOOLONG),
  refusedBytes('a thousand dot-dots that fit', '../'.repeat(1000), E.NOTCAPABLE),
];

const DESCRIPTORS: readonly Attempt[] = [
  { what: 'descriptors that nobody opened', commands: ['descriptors'], answers: ['0:0 1:0 2:0 3:3 '] },
  {
    what: 'reading guessed descriptors of the host',
    commands: ['fdread 4', 'fdread 5', 'fdread 17', 'fdread 255', 'fdread 4294967295', 'fdread 3'],
    answers: [E.BADF, E.BADF, E.BADF, E.BADF, E.BADF, E.NOTCAPABLE].map((errno) => `failed: ${errno}`),
  },
  {
    what: 'paths from guessed descriptors',
    commands: ['open 4 etc/passwd 0 2', 'open 99 etc/passwd 0 2', 'open -100 etc/passwd 0 2', 'open 0 etc/passwd 0 2'],
    answers: [E.BADF, E.BADF, E.BADF, E.NOTDIR].map((errno) => `failed: ${errno}`),
  },
  {
    what: 'a root that is moved to another number',
    commands: ['open 3 tmp 2 0', 'renumber 3 4', 'open 4 ../etc/passwd 0 2', 'open 3 etc/passwd 0 2', 'renumber 4 700'],
    answers: ['descriptor 4', 'renumber: 0', `failed: ${E.NOTCAPABLE}`, `failed: ${E.BADF}`, `renumber: ${E.BADF}`],
  },
  {
    what: 'leaving a directory that is open',
    commands: [`open 3 etc 2 ${ALL_RIGHTS}`, 'open 4 ../lib 0 2', 'open 4 .. 2 2', 'open 4 ../faasm:/f 0 2'],
    answers: ['descriptor 4', ...[1, 2, 3].map(() => `failed: ${E.NOTCAPABLE}`)],
  },
  {
    what: 'more rights than the directory gives',
    commands: ['open 3 tmp 2 0x2002', 'open 4 x 1 0x40', 'open 3 tmp 2 0x4000', 'open 5 x 1 0'],
    answers: ['descriptor 4', `failed: ${E.NOTCAPABLE}`, 'descriptor 5', `failed: ${E.NOTCAPABLE}`],
  },
  {
    what: 'sockets, by any number',
    commands: ['sockets 0', 'sockets 1', 'sockets 3', 'sockets 4', 'sockets 4294967295'],
    answers: [E.NOTSOCK, E.NOTSOCK, E.BADF, E.BADF, E.BADF].map((errno) => Array(4).fill(errno).join(' ')),
  },
];

const SHARED: readonly Attempt[] = [
  refused('the files of another user by name', 'read faasm://other/secret', E.NOENT),
  refused('the files of another user beside the own ones', 'read faasm://../other/secret', E.NOENT),
  refused('climbing out through faasm:', 'read faasm://../../other/secret', E.NOTCAPABLE),
  refused('climbing out from a directory that is not there', 'read faasm://a/../../../other/secret', E.NOTCAPABLE),
  refused('files as the store keeps them', 'read faasm://files/other/secret', E.NOENT),
  refused('the code of another user', 'ls faasm://../functions/other', E.NOENT),
  refused('another user with encoded dots', 'read faasm://%2e%2e/other/secret', E.NOENT),
  refused('the own name and back', 'read faasm://demo/../other/secret', E.NOENT),
  refused('an authority', 'read faasm://other@host/secret', E.NOENT),
  refused('another scheme', 'read file:///etc/passwd', E.NOENT),
  refused('the scheme in capitals', 'read FAASM://secret', E.NOENT),
  refused('the scheme without a slash', 'read faasm:secret', E.NOENT),
  {
    what: 'what is above the shared files: the private root, not the users',
    commands: ['ls faasm://..'],
    answers: ['dev/ etc/ include/ lib/ share/ tmp/ usr/ work/'],
  },
  refusedBytes('backslashes below faasm:', 'faasm:/..\\..\\other\\secret', E.INVAL),
  refusedBytes('encoded dots below faasm:', 'faasm:/%2e%2e/other/secret', E.NOENT),
  refusedBytes('an encoded slash below faasm:', 'faasm:/..%2fother%2fsecret', E.NOENT),
  refusedBytes('as keys of the store are written', 'faasm:/~2e~2e/other/secret', E.NOENT),
  refusedBytes('NUL below faasm:', 'faasm:/own\0/../../other/secret', E.INVAL),
  refusedBytes('a line break below faasm:', 'faasm:/a\n../other/secret', E.INVAL),
  refusedBytes('a name too long for the store', `faasm:/${'x'.repeat(201)}`, E.NAMETOOLONG),
  refused('putting a private file there', 'mv /etc/passwd faasm://passwd', E.XDEV),
  refused('a link in the store', 'symlink ../other/secret faasm://link', E.PERM),
  refused('a second name in the private tree', 'ln faasm://own /tmp/own', E.XDEV),
  refused('removing what belongs to all', 'rm faasm://common', E.PERM),
  refused('moving what belongs to all', 'mv faasm://common faasm://mine', E.PERM),
  refused('moving the shared files', 'mv /faasm: /tmp/all', E.BUSY),
  refused('removing the shared files', 'rmdir /faasm:', E.BUSY),
  {
    what: 'a private link into the files of another user',
    commands: ['symlink ../faasm:/../other /tmp/l', 'ls /tmp/l', 'symlink ../faasm:/../../x /tmp/m', 'read /tmp/m'],
    answers: ['done', `opendir failed: ${E.NOENT}`, 'done', `open failed: ${E.NOTCAPABLE}`],
  },
  {
    what: 'a file instead of the shared files',
    commands: ['write /faasm: mine', 'mkdir /faasm:', 'symlink tmp /faasm:'],
    answers: ['open failed: 31', `mkdir failed: ${E.EXIST}`, `symlink failed: ${E.EXIST}`],
  },
];

beforeAll(async () => {
  await fileShell();
  host = await mkdtemp(join(tmpdir(), 'faasm-escapes-'));
  process.env[VARIABLE] = SECRET;
  await writeFile(join(host, 'secret'), SECRET);
  await mkdir(join(host, 'root', 'lib'), { recursive: true });
  await symlink(join(host, 'secret'), join(host, 'root', 'lib', 'absolute'));
  await symlink(`../../secret`, join(host, 'root', 'lib', 'climbs'));
  runtime = await startRuntime({
    store: { kind: 'folder', folder: join(host, 'store') },
    runtimeRoot: join(host, 'root'),
  });
  await uploadShell(runtime, { environment: { OWN: 'variable' } });
  await uploadShell(runtime, { environment: { OTHER: SECRET } }, 'other');
  const encoder = new TextEncoder();
  await runtime.files.put('demo', 'own', encoder.encode('own text'));
  await runtime.files.put('demo', 'own.txt', encoder.encode('own text'));
  await runtime.files.put('other', 'secret', encoder.encode(SECRET));
  await runtime.files.put('shared', 'common', encoder.encode('for all'));
});

afterAll(async () => {
  delete process.env[VARIABLE];
  await stopRuntime(runtime);
  await rm(host, { recursive: true });
});

describe.each([
  ['the host', PATHS],
  ['the host with odd bytes', BYTES],
  ['descriptors', DESCRIPTORS],
  ['files of others', SHARED],
])('attempts at %s', (_, attempts) => {
  it.each(attempts.map((attempt) => [attempt.what, attempt] as const))('%s', async (_what, { commands, answers }) => {
    const run = await shell(runtime, commands.map(place));
    expect([run.ending, ...run.lines]).toEqual(['success', ...answers]);
    expect(run.lines.join() + run.log).not.toContain(SECRET);
    // Nothing has changed for anybody.
    const after = await shell(runtime, ['read /etc/hosts', 'read faasm://own', 'read faasm://common', 'ls faasm://']);
    expect(after.lines.slice(0, 2)).toEqual(['127.0.0.1\tlocalhost', ' (20)']);
    expect(after.lines.slice(2)).toEqual(['own text (8)', 'for all (7)', 'own own.txt common']);
    expect(await readFile(join(host, 'secret'), 'utf8')).toBe(SECRET);
    expect(await runtime.files.get('other', 'secret')).toEqual(new TextEncoder().encode(SECRET));
  });
});

describe('attempts at the rest of the host', () => {
  it('environment: a function sees its own variables and those that every function has', async () => {
    const { lines } = await shell(runtime, ['env']);
    expect(lines).toContain('OWN=variable');
    expect(
      lines.map((line) => line.split('=')[0]).filter((name) => !/^(MKL|OPENBLAS|PYTHON|OWN)/.test(name ?? '')),
    ).toEqual([]);
  });

  it.each([
    ['wasi_snapshot_preview1', 'sock_open'],
    ['wasi_snapshot_preview1', 'path_open_host'],
    ['wasi_snapshot_preview2', 'path_open'],
    ['env', 'system'],
    ['env', 'socket'],
    ['env', 'connect'],
    ['env', '__proto__'],
    ['constructor', 'constructor'],
    ['node:fs', 'readFileSync'],
  ])('imports: %s.%s does not exist', async (module, name) => {
    const code = await wat(
      `(module (import "${module}" "${name}" (func)) (memory (export "memory") 1) (func (export "_start")))`,
    );
    await expect(runtime.upload({ user: 'demo', function: 'imports' }, code)).rejects.toMatchObject({
      code: 'MODULE_IMPORTS',
    });
  });

  it.each(['../other', 'other/..', '.', '..', 'a/b', 'a\0b', 'other ', '', '%2e%2e', 'ö'])(
    'names: there is no user %j',
    async (user) => {
      const wrong = { code: 'INVALID_NAME' };
      await expect(runtime.invoke(request('files', [], { user }))).rejects.toMatchObject(wrong);
      await expect(runtime.upload({ user, function: 'files' }, await fileShell())).rejects.toMatchObject(wrong);
      await expect(runtime.files.get(user, 'secret')).rejects.toMatchObject(wrong);
    },
  );

  it.each(['../other/secret', 'a/../../other/secret', '/../other/secret', 'a\\..\\b', 'a\0b', '.', '..', ''])(
    'files: there is no path %j',
    async (path) => {
      const wrong = { code: 'INVALID_NAME' };
      await expect(runtime.files.put('demo', path, new Uint8Array(1))).rejects.toMatchObject(wrong);
      await expect(runtime.files.get('demo', path)).rejects.toMatchObject(wrong);
      await expect(runtime.files.remove('demo', path)).rejects.toMatchObject(wrong);
    },
  );
});

describe('a path that changes between the check and the use', () => {
  it.each(['', ' shared'])('is one path or another%s, never something else', async (kind) => {
    const race = await startRuntime({ threads: 2 });
    try {
      await race.upload({ user: 'demo', function: 'race' }, await compileGuest('path-race.c'));
      await race.files.put('demo', 'own.txt', new TextEncoder().encode('own text'));
      const call = (what: string) => race.invoke(request('race', [], { input: new TextEncoder().encode(what + kind) }));
      const text = async (result: CallResult) => new TextDecoder().decode(await result.output.bytes());
      // Until both paths have been met: how the two calls take turns is the machine's choice.
      for (let seen = ''; seen !== 'opened and refused'; ) {
        const [flipped, opened] = await Promise.all([call('flip'), call('open')]);
        expect([ending(flipped), ending(opened)]).toEqual(['success', 'success']);
        seen = await text(opened);
        expect(seen).toMatch(/^(never )?opened and (never )?refused$/);
      }
    } finally {
      await stopRuntime(race);
    }
  });
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { EXIT_MEANINGS } from '../../../src/cli/exit-codes.ts';
import { reference } from '../../../src/cli/help.ts';
import { findCommand, parseCommand } from '../../../src/cli/parse.ts';
import { runCli } from './support.ts';

const shown = COMMANDS.filter((command) => !command.hidden);

describe('help', () => {
  it('lists every command and every exit code', async () => {
    const { stdout, exit } = await runCli(['help']);
    expect(exit).toBe(0);
    for (const { name } of shown) expect(stdout).toContain(`\n  ${name} `);
    for (const [code, meaning] of EXIT_MEANINGS) expect(stdout).toContain(`${code}  ${meaning}`);
    expect((await runCli([])).stdout).toBe(stdout);
    expect((await runCli(['--help'])).stdout).toBe(stdout);
  });

  it.each(shown.map(({ name }) => [name]))('faasm %s --help names every option and shows examples', async (name) => {
    const { stdout, exit } = await runCli([...name.split(' '), '--help']);
    expect(exit).toBe(0);
    const command = shown.find((candidate) => candidate.name === name);
    for (const option of Object.keys(command?.options ?? {})) expect(stdout).toContain(`--${option}`);
    expect(command?.examples.length).toBeGreaterThan(0);
    for (const example of command?.examples ?? []) expect(stdout).toContain(`  ${example.command}`);
    expect((await runCli(['help', ...name.split(' ')])).stdout).toBe(stdout);
  });

  it('explains a noun by its verbs', async () => {
    const { stdout } = await runCli(['help', 'state']);
    expect(stdout).toContain('state put');
    expect(stdout).not.toContain('token create');
    expect(await runCli(['state', '--help'])).toMatchObject({ stdout, exit: 0 });
    expect(await runCli(['state', '-h'])).toMatchObject({ stdout, exit: 0 });
  });

  it('is JSON where it is asked for', async () => {
    expect(JSON.parse((await runCli(['invoke', '--help', '--json'])).stdout).help).toContain('faasm invoke');
    expect(JSON.parse((await runCli(['--json'])).stdout).help).toContain('faasm up');
  });

  it('has examples that parse', () => {
    for (const { command: line } of shown.flatMap(({ examples }) => examples)) {
      // The part that is ours: behind `$(`, a pipe or variables, before redirections and further commands.
      const ours = /faasm ([^|&>)]*)/.exec(line)?.[1] ?? '';
      const words = [...ours.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
      const found = findCommand(words, COMMANDS);
      expect(found).toBeDefined();
      if (found !== undefined) parseCommand(found.command, found.args);
    }
  });
});

it('docs/cli.md is what the commands say (npx faasm help --markdown > docs/cli.md)', async () => {
  const page = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
  expect(page).toBe(reference(shown));
});

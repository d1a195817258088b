import type { TokenInfo } from '../../core/ports.ts';
import { usageError } from '../cli-error.ts';
import { pathOf } from '../client.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { relativeTime, table } from '../format.ts';
import { userName } from '../names.ts';
import { flag, operand, text, time, type ValueKind, value } from '../option.ts';

const tokenId: ValueKind<string> = {
  placeholder: 'token id',
  parse: (given) => (/^[0-9a-f]{12}$/.test(given) ? given : undefined),
  accepts: 'the 12 digits that `faasm token ls` shows',
};

const create = defineCommand({
  name: 'token create',
  summary: 'make a token for a user',
  details: [
    'Needs an administrator. The token is printed on the standard output, this once only: the host keeps its hash.',
  ],
  operands: {
    user: operand(
      userName,
      'optional',
      'Whose functions, state and files the token reaches. With --admin a mere name.',
    ),
  },
  options: {
    admin: flag('An administrator: reaches everything of everybody.'),
    note: value(text('text'), 'What it is for.'),
    expires: value(time('d'), 'When it ends to be valid. Default: never.'),
  },
  examples: [
    { command: 'export FAASM_TOKEN=$(faasm token create demo)', does: 'for the commands that follow' },
    { command: "faasm token create demo --note 'build server' --expires 30d", does: 'for some time' },
    { command: 'faasm token create --admin', does: 'an administrator' },
  ],
  async run(cli, { operands: { user }, options }) {
    if (user === undefined && !options.admin) {
      throw usageError('Whose token is it to be?', {
        hint: 'Name a user, or make an administrator with --admin.',
        example: 'faasm token create demo',
      });
    }
    const json = {
      user: user ?? 'admin',
      kind: options.admin ? 'admin' : 'user',
      ...(options.note === undefined ? {} : { note: options.note }),
      ...(options.expires === undefined ? {} : { ttlMs: options.expires }),
    };
    const made = await cli.client.json<TokenInfo & { readonly token: string }>('POST', '/v1/tokens', { json });
    if (cli.json) cli.printJson(made);
    else {
      cli.print(made.token);
      cli.note(`Token ${made.id} of ${made.user} (${made.kind}); it is not shown again.`);
    }
    return EXIT.success;
  },
});

const ls = defineCommand({
  name: 'token ls',
  summary: 'list tokens',
  details: ['An administrator sees those of all users. Tokens themselves are never shown.'],
  operands: {},
  options: {},
  examples: [{ command: 'faasm token ls', does: 'ids, users, ages' }],
  async run(cli) {
    const answer = await cli.client.json<{ tokens: readonly TokenInfo[] }>('GET', '/v1/tokens');
    if (cli.json) cli.printJson(answer);
    else {
      const columns = ['TOKEN', 'USER', 'KIND', 'MADE', 'EXPIRES', 'NOTE'].map((title) => ({ title }));
      const rows = answer.tokens.map((token) => [
        token.id,
        token.user,
        token.kind,
        relativeTime(token.createdAt, cli.now()),
        token.expiresAt === undefined ? 'never' : relativeTime(token.expiresAt, cli.now()),
        token.note ?? '',
      ]);
      for (const line of table(columns, rows)) cli.print(line);
    }
    return EXIT.success;
  },
});

const revoke = defineCommand({
  name: 'token revoke',
  summary: 'end the validity of a token',
  operands: { token: operand(tokenId, 'one', 'The token, by its id.') },
  options: {},
  examples: [{ command: 'faasm token revoke 0123456789ab', does: 'whoever uses it is refused' }],
  async run(cli, { operands: { token } }) {
    const answer = await cli.client.json<{ revoked: boolean }>('DELETE', `/v1/tokens${pathOf(token)}`);
    if (cli.json) cli.printJson(answer);
    else cli.print(`Token ${token} is revoked`);
    return EXIT.success;
  },
});

/** Commands about tokens. */
export const tokenCommands: readonly Command[] = [create, ls, revoke];

import type { Principal } from '../../core/call.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

export const whoami = defineCommand({
  name: 'whoami',
  summary: 'show whose token is sent, and to which host',
  operands: {},
  options: {},
  examples: [{ command: 'faasm whoami', does: 'user, kind, host' }],
  async run(cli) {
    const principal = await cli.client.json<Principal>('GET', '/v1/whoami');
    const { host, hasToken } = cli.client;
    if (cli.json) cli.printJson({ ...principal, host, token: hasToken });
    else {
      const who = principal.kind === 'admin' ? 'an administrator' : `the user ${principal.user}`;
      cli.print(`${who} at ${host}${hasToken ? '' : ', without a token'}`);
    }
    return EXIT.success;
  },
});

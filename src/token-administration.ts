import type { Logger } from './core/logger.ts';
import type { TokenStore } from './core/ports.ts';

/** `tokens`, with a line in the log for each that is made or revoked: never its secret. */
export function tokenAdministration(tokens: TokenStore, logger: Logger): TokenStore {
  return {
    ...tokens,
    async create(wish) {
      const made = await tokens.create(wish);
      const { id, user, kind } = made.info;
      logger.info?.('token-created', { token: id, user, kind });
      return made;
    },
    async revoke(id) {
      const revoked = await tokens.revoke(id);
      if (revoked) logger.info?.('token-revoked', { token: id });
      return revoked;
    },
  };
}

import { type Config, FaasmError, isLoopback, type Runtime } from '../../src/index.ts';

/**
 * Whether every request needs a token. Throws `BAD_REQUEST` for a host that others could reach while nobody has an
 * administrator's token: whoever came first would own it.
 */
export async function admissionOf(config: Config, runtime: Runtime): Promise<'open' | 'tokens'> {
  const { bindHost, auth } = config;
  const guarded = auth.mode === 'tokens' || auth.adminToken !== '' || !isLoopback(bindHost);
  if (!guarded) return 'open';
  if (await runtime.tokens.hasAdmin()) return 'tokens';
  const why = isLoopback(bindHost)
    ? 'FAASM_AUTH is tokens'
    : `FAASM_BIND_HOST is ${bindHost}, which other machines may reach`;
  throw new FaasmError(
    'BAD_REQUEST',
    `${why}, but there is no administrator's token. Set FAASM_ADMIN_TOKEN (openssl rand -hex 32 makes a good one), or ` +
      'create one while the host listens on loopback: faasm token create --admin.',
  );
}

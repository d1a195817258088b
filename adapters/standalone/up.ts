import { ensureNative } from '../../scripts/build-native.ts';
import { type ReadyHost, serve } from './serve.ts';

/**
 * `faasm up`: builds the native layer unless it is there or not wanted, then serves as {@link serve} does. Resolves when
 * the host is ready.
 */
export async function up(
  environment: Readonly<Record<string, string | undefined>>,
  announce: (host: ReadyHost) => string,
): Promise<void> {
  // A host goes on when nobody reads what it prints (`faasm up | head`).
  process.stdout.removeAllListeners('error').on('error', () => {});
  // What cannot be built is told with the layer that runs instead.
  if (environment['FAASM_LAYER'] !== 'portable' && ensureNative().built) console.error('native layer: built');
  await serve({ environment, announce });
}

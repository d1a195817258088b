import type { Runtime } from './core/ports.ts';
import { standBackHelpers } from './executor/priority.ts';
import { setGuestFlags } from './executor/v8-flags.ts';
import { readRuntimeRoot } from './files/runtime-root.ts';
import { stateRoom } from './host-budget.ts';
import { HostRuntime } from './runtime-host.ts';
import type { AuditCount, RuntimeOptions } from './runtime-options.ts';
import { hostSettings } from './runtime-settings.ts';
import { openGlobalState } from './runtime-state.ts';
import { DEFAULT_FOLDER, openStores } from './runtime-stores.ts';
import { createTelemetry } from './telemetry/create-telemetry.ts';

/**
 * The runtime with its stores, threads and scheduler. Waits until its threads are ready; store and
 * Redis are not asked yet. Throws `INTERNAL` when threads cannot start, `BAD_REQUEST` for a runtime root that cannot be read,
 * `STATE_*` when the folder of the state cannot be.
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime & { audit(): AuditCount }> {
  setGuestFlags();
  standBackHelpers();
  const { logger = {}, store = { kind: 'memory' }, tracing = {} } = options;
  const settings = hostSettings(options);
  const root = await readRuntimeRoot(options.runtimeRoot);
  const telemetry = await createTelemetry({ logger, ...tracing, hostInfo: () => runtime.info() });
  const stores = await openStores({
    store,
    refreshMs: settings.refreshMs,
    ...(options.auth?.adminToken === undefined ? {} : { adminToken: options.auth.adminToken }),
    request: (operation, code) => telemetry.storeRequest(operation, code),
    cacheTrouble: (error) => logger.warn?.('code-cache-unusable', { reason: String(error) }),
  });
  const opened = await openGlobalState({
    state: options.state ?? { kind: 'memory' },
    storeFolder: store.folder || DEFAULT_FOLDER,
    userLimitBytes: settings.userStateBytes,
    room: stateRoom(),
    request: (operation, code) => telemetry.stateRequest(operation, code),
  });
  const close = async (): Promise<void> => {
    await telemetry.close();
    await stores.objects.close();
    await opened.close();
  };
  // A global tier that hosts share is not closed with one of them.
  const global = options.globalState ?? opened;
  const runtime = new HostRuntime(settings, { stores, global, telemetry, logger, root, close });
  try {
    await runtime.started();
  } catch (error) {
    await runtime.close({ graceMs: 0 });
    throw error;
  }
  return runtime;
}

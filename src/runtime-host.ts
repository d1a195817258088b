import type { CallResult } from './core/call.ts';
import { FaasmError } from './core/errors.ts';
import { PAGE_BYTES } from './core/limits.ts';
import type { FunctionRef } from './core/names.ts';
import { concat } from './core/output-stream.ts';
import type {
  CallFilter,
  CallRequest,
  CallStatus,
  FileStore,
  FunctionAdmin,
  HostInfo,
  RunningCall,
  Runtime,
  StateAdmin,
  TokenStore,
  UploadReceipt,
  UploadSettings,
} from './core/ports.ts';
import type { AuditCount } from './runtime-options.ts';
import { type HostBasis, type HostParts, hostParts } from './runtime-parts.ts';
import type { HostSettings } from './runtime-settings.ts';
import { stateAdministration } from './state-administration.ts';
import { tokenAdministration } from './token-administration.ts';

const GRACE_MS = 30_000;
/** How often memory that has been freed is given back to the system. */
const TRIM_MS = 10_000;

/** One host: its threads, scheduler, local tier and functions, on the stores it is given. */
export class HostRuntime implements Runtime {
  readonly #startedAt = Date.now();
  readonly #basis: HostBasis;
  readonly #parts: HostParts;
  readonly #trimTimer: NodeJS.Timeout;
  #closing = false;

  readonly functions: FunctionAdmin;
  readonly files: FileStore;
  readonly tokens: TokenStore;
  readonly state: StateAdmin;

  /** `basis` is closed with the host. */
  constructor(settings: HostSettings, basis: HostBasis) {
    const parts = hostParts(settings, basis);
    this.#basis = basis;
    this.#parts = parts;
    this.#trimTimer = setInterval(() => parts.layer.trim(), TRIM_MS).unref();
    this.functions = parts.functions;
    this.files = parts.files.files;
    this.tokens = tokenAdministration(basis.stores.tokens, basis.logger);
    this.state = stateAdministration(parts.tier, basis.global);
  }

  /** Starts the threads that are kept; resolves when all are ready. Throws `INTERNAL` when they cannot start. */
  started(): Promise<void> {
    return this.#parts.pool.start(this.#parts.messages);
  }

  async upload(ref: FunctionRef, wasm: Uint8Array, settings?: UploadSettings): Promise<UploadReceipt> {
    this.#checkOpen();
    return this.#parts.functions.upload(ref, wasm, settings);
  }

  async start(request: CallRequest): Promise<RunningCall> {
    this.#checkOpen();
    const found = this.#parts.catalogue.find(request, request.version);
    const fn = found instanceof Promise ? await found : found;
    const input = request.input instanceof Uint8Array ? request.input : await gather(request.input);
    // The host may have closed meanwhile, and would never run the call.
    this.#checkOpen();
    return this.#parts.scheduler.submit(request, fn, input);
  }

  async invoke(request: CallRequest): Promise<CallResult> {
    return (await this.start(request)).result;
  }

  cancel(id: number): boolean {
    return this.#parts.scheduler.cancel(id);
  }

  status(id: number): CallStatus {
    return this.#parts.scheduler.status(id);
  }

  wait(id: number, waitMs: number, signal?: AbortSignal): Promise<CallResult | undefined> {
    return this.#parts.scheduler.wait(id, waitMs, signal);
  }

  calls(filter: CallFilter): readonly CallStatus[] {
    return this.#parts.scheduler.calls(filter);
  }

  async flush(): Promise<void> {
    this.#parts.catalogue.flush();
    this.#basis.logger.info?.('flushed');
  }

  async ready(): Promise<void> {
    this.#checkOpen();
    await Promise.all([this.#basis.stores.objects.check(), this.#basis.global.check()]);
  }

  metrics(): string {
    return this.#basis.telemetry.metrics();
  }

  httpRequest(route: string, status: number, durationMs: number): void {
    this.#basis.telemetry.httpRequest(route, status, durationMs);
  }

  info(): HostInfo {
    const { host, layer, layerReason, budget, pool, scheduler, tier } = this.#parts;
    const use = (resource: 'memoryPages' | 'memories' | 'mappings', unit = 1): { used: number; limit: number } => ({
      used: budget.used(resource) * unit,
      limit: budget.limit(resource) * unit,
    });
    return {
      host,
      layer: layer.name,
      ...(layerReason === undefined ? {} : { layerReason }),
      store: this.#basis.stores.objects.name,
      startedAt: this.#startedAt,
      threads: pool.threads.size,
      queued: scheduler.queued,
      running: scheduler.running,
      stateTwinBytes: tier.twinPages * PAGE_BYTES,
      budgets: { memoryBytes: use('memoryPages', PAGE_BYTES), memories: use('memories'), mappings: use('mappings') },
    };
  }

  audit(): AuditCount {
    return this.#parts.messages.audit();
  }

  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { scheduler, pool, globalLocks, files } = this.#parts;
    this.#closing = true;
    clearInterval(this.#trimTimer);
    await scheduler.drained(options.graceMs ?? GRACE_MS);
    scheduler.close();
    await pool.close();
    await globalLocks.close();
    files.close();
    await this.#basis.close();
  }

  #checkOpen(): void {
    if (this.#closing) throw new FaasmError('SHUTTING_DOWN', 'The host is stopping; send the call to another one.');
  }
}

async function gather(input: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return concat(chunks);
}

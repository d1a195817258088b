/**
 * The public interface of the runtime: what adapters and embedding programs use. The only barrel of the project.
 * @module
 */
export { faasmApi } from './api/api.ts';
export type { FaasmApiOptions } from './api/api-options.ts';
export type { AuthMode } from './api/auth.ts';
export { errorResponse } from './api/error-response.ts';
export type { ApiBody, ApiHandler, ApiHeaders, ApiRequest, ApiResponse } from './api/http.ts';
export { type Config, describeSettings, isLoopback, loadConfig, type SettingRow, unknownVariables } from './config.ts';
export type { Call, CallResult, CallTimes, LayerName, Principal, StartKind } from './core/call.ts';
export {
  ERROR_TABLE,
  type ErrorCode,
  type ErrorRecord,
  FaasmError,
  isFaasmError,
  toFaasmError,
} from './core/errors.ts';
export { FairShare } from './core/fair-share.ts';
export type {
  FunctionDocument,
  FunctionSettings,
  FunctionVersions,
  Grants,
  Retries,
} from './core/function-document.ts';
export { DEFAULT_LIMITS, type Limits } from './core/limits.ts';
export type { LogFields, Logger, LogLevel, LogMethod } from './core/logger.ts';
export type { FunctionRef } from './core/names.ts';
export type { OutputStream } from './core/output-stream.ts';
export type {
  ObjectLocation,
  PlatformAdapter,
  PlatformCapabilities,
  PlatformContext,
  PlatformRequest,
  PlatformResponse,
} from './core/platform.ts';
export type {
  CallRequest,
  CallStatus,
  HostInfo,
  RunningCall,
  Runtime,
  SettingsChange,
  UploadReceipt,
  UploadSettings,
} from './core/ports.ts';
export { SlotTable } from './core/slot-table.ts';
export { exitAtOnce } from './layer/exit-at-once.ts';
export { type PlatformDeadline, type PlatformHost, type PlatformHostOptions, platformHost } from './platform-host.ts';
export { createRuntime } from './runtime.ts';
export type { AuditCount, RuntimeOptions } from './runtime-options.ts';
export { objectReader } from './runtime-stores.ts';
export { createLogger, type LoggerOptions } from './telemetry/logger.ts';

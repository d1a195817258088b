import { availableParallelism } from 'node:os';
import { bytes, choice, integer, milliseconds, type Setting, text } from './config-setting.ts';
import {
  CEILING_SETTINGS,
  DEFAULT_CEILINGS,
  DEFAULT_LIMITS,
  DEFAULT_USER_LIMITS,
  type Limits,
  PAGE_BYTES,
  type UserLimits,
} from './core/limits.ts';
import { parseRedisUrl, REDIS_URL_FORMS } from './core/redis-url.ts';

/** Settings of the host that belong to no group. */
export interface HostSettings {
  readonly invokePort: number;
  readonly uploadPort: number;
  readonly bindHost: string;
  readonly threads: number;
  readonly layer: 'auto' | 'native' | 'portable';
  readonly queueLimit: number;
  /** Empty: none. */
  readonly runtimeRoot: string;
  readonly resultTtlMs: number;
  readonly graceMs: number;
  readonly bodyTimeoutMs: number;
  readonly logLevel: 'debug' | 'error' | 'info' | 'silent' | 'warn';
  readonly logFormat: 'auto' | 'json' | 'text';
}

/** Where functions, shared files and tokens are kept. */
export interface StoreSettings {
  readonly kind: 'folder' | 'memory' | 's3';
  readonly folder: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Empty: the region's own. */
  readonly endpoint: string;
  readonly region: string;
  readonly pathStyle: 'auto' | 'false' | 'true';
  /** Empty: a folder of the user's in the system's folder for temporary files. */
  readonly cacheFolder: string;
  readonly cacheBytes: number;
  readonly refreshMs: number;
  readonly versionsKept: number;
  readonly loadedFunctions: number;
  readonly fileCacheBytes: number;
}

/** Where the global state tier keeps values and locks. */
export interface StateSettings {
  readonly kind: 'folder' | 'memory' | 'redis';
  /** Empty: none. May hold a password. */
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly redisTimeoutMs: number;
}

/** Who is let in. */
export interface AuthSettings {
  readonly mode: 'auto' | 'tokens';
  /** Empty: none but those in the store. */
  readonly adminToken: string;
}

/** Where traces are sent. */
export interface TracingSettings {
  /** Empty: nowhere. */
  readonly otlpEndpoint: string;
  readonly serviceName: string;
}

/** Largest request bodies in bytes. */
export interface BodySettings {
  readonly upload: number;
  readonly state: number;
  readonly file: number;
  readonly invoke: number;
}

/** What the whole host may use. */
export interface BudgetSettings {
  /** Resident bytes of all Faaslets and regions; 0: the runtime chooses from the machine's memory. */
  readonly memoryBytes: number;
  /** State of one user in bytes, names included. */
  readonly userStateBytes: number;
  /** Request bodies held at the same time, in bytes. */
  readonly bodyBytes: number;
}

/** A setting for each value of a group. */
export type Table<T> = { readonly [K in keyof T]: Setting<T[K]> };

const MIB = 1024 * 1024;
const port = (env: string, standard: number, meaning: string): Setting<number> =>
  integer({ env, default: standard, min: 0, max: 65_535, meaning });

export const HOST: Table<HostSettings> = {
  invokePort: port('FAASM_INVOKE_PORT', 8080, 'Port that takes calls; 0: any free port.'),
  uploadPort: port('FAASM_UPLOAD_PORT', 8002, 'Port that takes functions and state; 0: any free port.'),
  bindHost: text({
    env: 'FAASM_BIND_HOST',
    default: '127.0.0.1',
    accept: (value) => /^[A-Za-z0-9:.%_-]{1,255}$/.test(value),
    accepts: 'an address or name of this machine; beyond loopback only with an administrator token',
    meaning: 'Address both ports listen on.',
  }),
  threads: integer({
    env: 'FAASM_THREADS',
    default: availableParallelism(),
    defaultText: 'cores of the machine',
    min: 1,
    max: 256,
    meaning: 'Threads kept for functions; more are added while ready work waits.',
  }),
  layer: choice({
    env: 'FAASM_LAYER',
    default: 'auto',
    choices: ['auto', 'native', 'portable'],
    meaning: 'Memory layer; auto: native where it was built, else portable; native: fail to start without it.',
  }),
  queueLimit: integer({
    env: 'FAASM_QUEUE_LIMIT',
    default: 10_000,
    min: 1,
    max: 10_000_000,
    unit: 'calls',
    meaning: "Calls of a user that may wait for a thread; fewer where others' wait, so that there is room for all.",
  }),
  runtimeRoot: text({
    env: 'FAASM_RUNTIME_ROOT',
    default: '',
    accept: () => true,
    accepts: 'a folder',
    meaning: 'Folder whose files all functions see, read-only, in their file trees; read when the host starts.',
  }),
  resultTtlMs: milliseconds({
    env: 'FAASM_RESULT_TTL_MS',
    default: 600_000,
    min: 0,
    meaning: 'How long the result of a call can be read after it ended.',
  }),
  graceMs: milliseconds({
    env: 'FAASM_GRACE_MS',
    default: 30_000,
    min: 0,
    meaning: 'How long a stopping host waits for the calls it accepted.',
  }),
  bodyTimeoutMs: milliseconds({
    env: 'FAASM_BODY_TIMEOUT_MS',
    default: 30_000,
    min: 100,
    meaning: 'Time in which a request body must bring another 64 KiB or its end, and a client must read of its answer.',
  }),
  logLevel: choice({
    env: 'FAASM_LOG_LEVEL',
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    meaning: 'What the server logs on the standard error stream: changes at info, every call and request at debug.',
  }),
  logFormat: choice({
    env: 'FAASM_LOG_FORMAT',
    default: 'auto',
    choices: ['auto', 'json', 'text'],
    meaning: 'How: a JSON object on each line, or text; auto: text on a terminal, else JSON.',
  }),
};

export const LIMITS: Table<Limits> = {
  memoryBytes: bytes({
    env: 'FAASM_MEMORY_BYTES',
    default: DEFAULT_LIMITS.memoryBytes,
    min: PAGE_BYTES,
    max: DEFAULT_CEILINGS.memoryBytes,
    meaning: 'Heap of a call: linear memory, mapped state not counted.',
  }),
  timeoutMs: milliseconds({
    env: 'FAASM_TIMEOUT_MS',
    default: DEFAULT_LIMITS.timeoutMs,
    min: 1,
    meaning: 'Wall-clock time of a call, running or suspended, not waiting for a thread.',
  }),
  cpuMs: milliseconds({
    env: 'FAASM_CPU_MS',
    default: DEFAULT_LIMITS.cpuMs,
    min: 1,
    meaning: 'CPU time of a call; only the native layer measures it.',
  }),
  outputBytes: bytes({
    env: 'FAASM_OUTPUT_BYTES',
    default: DEFAULT_LIMITS.outputBytes,
    min: 0,
    meaning: 'Output of a call.',
  }),
  logBytes: bytes({ env: 'FAASM_LOG_BYTES', default: DEFAULT_LIMITS.logBytes, min: 0, meaning: 'Log of a call.' }),
  fileBytes: bytes({
    env: 'FAASM_FILE_BYTES',
    default: DEFAULT_LIMITS.fileBytes,
    min: 0,
    meaning: 'Private files of a call.',
  }),
  openFiles: integer({
    env: 'FAASM_OPEN_FILES',
    default: DEFAULT_LIMITS.openFiles,
    min: 8,
    max: 65_536,
    meaning: 'Open files of a call, standard streams and preopens included.',
  }),
  mappings: integer({
    env: 'FAASM_MAPPINGS',
    default: DEFAULT_LIMITS.mappings,
    min: 0,
    max: 10_000,
    meaning: 'State regions a call maps at the same time.',
  }),
  concurrency: integer({
    env: 'FAASM_CONCURRENCY',
    default: DEFAULT_LIMITS.concurrency,
    min: 1,
    max: 1_000_000,
    unit: 'calls',
    meaning: 'Calls of a function under way on this host, waiting ones included.',
  }),
};

const ceilingBytes = (name: keyof Limits, min: number, what: string): Setting<number> =>
  bytes({
    env: CEILING_SETTINGS[name],
    default: DEFAULT_CEILINGS[name],
    min,
    max: DEFAULT_CEILINGS[name],
    meaning: ceilingMeaning(what),
  });
const ceilingMs = (name: keyof Limits, what: string): Setting<number> =>
  milliseconds({ env: CEILING_SETTINGS[name], default: DEFAULT_CEILINGS[name], min: 1, meaning: ceilingMeaning(what) });
const ceilingCount = (name: keyof Limits, min: number, what: string): Setting<number> =>
  integer({
    env: CEILING_SETTINGS[name],
    default: DEFAULT_CEILINGS[name],
    min,
    max: DEFAULT_CEILINGS[name],
    meaning: ceilingMeaning(what),
  });

function ceilingMeaning(what: string): string {
  return `Most that a function may have, whatever its own settings say: ${what}.`;
}

export const CEILINGS: Table<Limits> = {
  memoryBytes: ceilingBytes('memoryBytes', PAGE_BYTES, 'heap of a call'),
  timeoutMs: ceilingMs('timeoutMs', 'wall-clock time'),
  cpuMs: ceilingMs('cpuMs', 'CPU time'),
  outputBytes: ceilingBytes('outputBytes', 0, 'output'),
  logBytes: ceilingBytes('logBytes', 0, 'log'),
  fileBytes: ceilingBytes('fileBytes', 0, 'private files'),
  openFiles: ceilingCount('openFiles', 8, 'open files'),
  mappings: ceilingCount('mappings', 0, 'mapped state regions'),
  concurrency: ceilingCount('concurrency', 1, 'calls under way'),
};

export const USERS: Table<UserLimits> = {
  concurrency: integer({
    env: 'FAASM_USER_CONCURRENCY',
    default: DEFAULT_USER_LIMITS.concurrency,
    min: 1,
    max: 1_000_000,
    unit: 'calls',
    meaning: 'Calls of one user under way on this host, waiting ones included.',
  }),
  memoryBytes: bytes({
    env: 'FAASM_USER_MEMORY_BYTES',
    default: DEFAULT_USER_LIMITS.memoryBytes,
    defaultText: '0',
    min: 0,
    meaning:
      "Memory of one user's calls under way: heaps, output, log, files and their names; 0: three quarters of the host's.",
  }),
  functions: integer({
    env: 'FAASM_USER_FUNCTIONS',
    default: DEFAULT_USER_LIMITS.functions,
    min: 1,
    max: 1_000_000,
    unit: 'functions',
    meaning: 'Functions that one user may store.',
  }),
  files: integer({
    env: 'FAASM_USER_FILES',
    default: DEFAULT_USER_LIMITS.files,
    min: 0,
    max: 10_000_000,
    unit: 'files',
    meaning: 'Shared files that one user may store.',
  }),
  fileBytes: bytes({
    env: 'FAASM_USER_FILE_BYTES',
    default: DEFAULT_USER_LIMITS.fileBytes,
    min: 0,
    meaning: 'Bytes of the shared files that one user may store.',
  }),
};

export const BODIES: Table<BodySettings> = {
  upload: bytes({ env: 'FAASM_MAX_UPLOAD_BYTES', default: 64 * MIB, min: 1, meaning: 'Largest function.' }),
  state: bytes({ env: 'FAASM_MAX_STATE_BYTES', default: 512 * MIB, min: 1, meaning: 'Largest state value sent.' }),
  file: bytes({
    env: 'FAASM_MAX_FILE_BYTES',
    default: 512 * MIB,
    min: 1,
    meaning: 'Largest shared file, also of those that functions write.',
  }),
  invoke: bytes({ env: 'FAASM_MAX_INVOKE_BYTES', default: 16 * MIB, min: 1, meaning: 'Largest call, input included.' }),
};

export const BUDGETS: Table<BudgetSettings> = {
  memoryBytes: bytes({
    env: 'FAASM_HOST_MEMORY_BYTES',
    default: 0,
    defaultText: '0',
    min: 0,
    meaning:
      'Memory of all calls, with the state and files that they have at hand; 0: chosen from the memory of the machine.',
  }),
  userStateBytes: bytes({
    env: 'FAASM_USER_STATE_BYTES',
    default: 2048 * MIB,
    min: 0,
    meaning:
      'State of one user in the global tier, and in the memory of this host; key names, and 64 bytes for each value and record, included.',
  }),
  bodyBytes: bytes({
    env: 'FAASM_HOST_BODY_BYTES',
    default: 1024 * MIB,
    min: 1,
    meaning:
      'Request bodies held at the same time; as much again for files and code that are sent, half of it for a user.',
  }),
};

/** What any text may be. */
const anyText = (env: string, standard: string, accepts: string, meaning: string): Setting<string> =>
  text({ env, default: standard, accepts, meaning, accept: () => true });

export const STORE: Table<StoreSettings> = {
  kind: choice({
    env: 'FAASM_STORE',
    default: 'folder',
    choices: ['folder', 'memory', 's3'],
    meaning: 'Where functions, shared files and tokens are kept; memory: they are gone when the host stops.',
  }),
  folder: anyText('FAASM_STORE_DIR', '.faasm', 'a folder', 'Folder of the folder store; made where it is missing.'),
  bucket: text({
    env: 'FAASM_S3_BUCKET',
    default: '',
    accept: (value) => /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/.test(value),
    accepts: 'the name of a bucket that exists',
    meaning: 'Bucket of the S3 store. Credentials come from where the AWS tools take them (AWS_ACCESS_KEY_ID, ...).',
  }),
  prefix: text({
    env: 'FAASM_S3_PREFIX',
    default: '',
    accept: (value) => /^[A-Za-z0-9._/-]{1,200}$/.test(value) && !value.includes('..'),
    accepts: 'letters, digits, and . _ - /',
    meaning: 'Put in front of all keys in the bucket.',
  }),
  endpoint: text({
    env: 'FAASM_S3_ENDPOINT',
    default: '',
    accept: isHttpUrl,
    accepts: 'a URL, such as http://127.0.0.1:9000',
    meaning: 'Where the S3 service is, when it is not AWS.',
  }),
  region: text({
    env: 'FAASM_S3_REGION',
    default: '',
    accept: (value) => /^[A-Za-z0-9-]{1,64}$/.test(value),
    accepts: 'the name of a region',
    meaning: 'Region of the bucket, when it is not the one that the AWS tools find (AWS_REGION, ...).',
  }),
  pathStyle: choice({
    env: 'FAASM_S3_PATH_STYLE',
    default: 'auto',
    choices: ['auto', 'false', 'true'],
    meaning: 'Whether the bucket is named in the path of URLs; auto: where an endpoint is set.',
  }),
  cacheFolder: text({
    env: 'FAASM_CACHE_DIR',
    default: '',
    defaultText: 'in the folder for temporary files',
    accept: () => true,
    accepts: 'a folder',
    meaning: 'Where code from S3 is kept on this host, to be verified whenever it is read.',
  }),
  cacheBytes: bytes({
    env: 'FAASM_CACHE_BYTES',
    default: 1024 * MIB,
    min: 0,
    meaning: 'Size of that folder; what was used least recently goes first.',
  }),
  refreshMs: milliseconds({
    env: 'FAASM_STORE_REFRESH_MS',
    default: 2_000,
    min: 50,
    meaning: 'What another host changes in the store (uploads, rollbacks, tokens) is noticed at most so long after it.',
  }),
  versionsKept: integer({
    env: 'FAASM_VERSIONS_KEPT',
    default: 20,
    min: 1,
    max: 10_000,
    unit: 'versions',
    meaning: 'Versions kept of each function; older ones are removed with an upload.',
  }),
  loadedFunctions: integer({
    env: 'FAASM_LOADED_FUNCTIONS',
    default: 2_000,
    min: 1,
    max: 1_000_000,
    unit: 'functions',
    meaning: 'Functions kept compiled; those used least recently make room and are loaded again when called.',
  }),
  fileCacheBytes: bytes({
    env: 'FAASM_FILE_CACHE_BYTES',
    default: 1024 * MIB,
    min: 0,
    meaning: 'Contents of shared files (faasm://) kept in memory; no larger one can be read.',
  }),
};

export const STATE: Table<StateSettings> = {
  kind: choice({
    env: 'FAASM_STATE',
    default: 'memory',
    choices: ['memory', 'folder', 'redis'],
    meaning:
      'Where state is kept; memory: it is gone when the host stops; folder: state/ in FAASM_STORE_DIR, for one host; redis: shared by hosts.',
  }),
  redisUrl: text({
    env: 'FAASM_REDIS_URL',
    default: '',
    secret: true,
    accept: (value) => parseRedisUrl(value) !== undefined,
    accepts: REDIS_URL_FORMS,
    meaning: 'Where Redis is, with user and password if it wants them.',
  }),
  redisPrefix: text({
    env: 'FAASM_REDIS_PREFIX',
    default: 'faasm',
    accept: (value) => /^[A-Za-z0-9._-]{1,64}$/.test(value),
    accepts: '1 to 64 letters, digits, and . _ -',
    meaning: 'Begins the names of all keys in Redis; hosts with the same one share their state.',
  }),
  redisTimeoutMs: milliseconds({
    env: 'FAASM_REDIS_TIMEOUT_MS',
    default: 5_000,
    min: 50,
    meaning: 'A Redis that says nothing for so long is given up; while there is none, requests to it wait as long.',
  }),
};

export const AUTH: Table<AuthSettings> = {
  mode: choice({
    env: 'FAASM_AUTH',
    default: 'auto',
    choices: ['auto', 'tokens'],
    meaning: 'Whether every request needs a token; auto: beyond loopback, or once FAASM_ADMIN_TOKEN is set.',
  }),
  adminToken: text({
    env: 'FAASM_ADMIN_TOKEN',
    default: '',
    secret: true,
    accept: (value) => /^[\x21-\x7e]{16,512}$/.test(value),
    accepts: '16 to 512 printable characters without blanks',
    meaning: "An administrator's token, given by whoever runs the host.",
  }),
};

export const TRACING: Table<TracingSettings> = {
  otlpEndpoint: text({
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: '',
    accept: isHttpUrl,
    accepts: 'a URL, such as http://127.0.0.1:4318',
    meaning: 'Where traces are sent as OTLP over HTTP; empty: nowhere.',
  }),
  serviceName: anyText('OTEL_SERVICE_NAME', 'faasm', 'a name', 'Name of this service in traces.'),
};

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

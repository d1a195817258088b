import { availableParallelism } from 'node:os';
import { bytes, choice, integer, milliseconds, type Setting, text } from './config-setting.ts';
import { FaasmError } from './core/errors.ts';
import { DEFAULT_LIMITS, type Limits, PAGE_BYTES } from './core/limits.ts';

/** Settings of the host that belong to no group. */
interface HostSettings {
  readonly invokePort: number;
  readonly uploadPort: number;
  readonly bindHost: string;
  readonly threads: number;
  readonly layer: 'auto' | 'native' | 'portable';
  readonly queueLimit: number;
  readonly resultTtlMs: number;
  readonly graceMs: number;
  readonly bodyTimeoutMs: number;
  readonly logLevel: 'debug' | 'error' | 'info' | 'silent' | 'warn';
}

/** Largest request bodies in bytes. */
interface BodySettings {
  readonly upload: number;
  readonly state: number;
  readonly invoke: number;
}

/** What the whole host may use. */
interface BudgetSettings {
  /** Resident bytes of all Faaslets and regions; 0: the runtime chooses from the machine's memory. */
  readonly memoryBytes: number;
  /** State of one user in bytes, names included. */
  readonly userStateBytes: number;
  /** Request bodies held at the same time, in bytes. */
  readonly bodyBytes: number;
}

/** Everything that can be configured; frozen. Names as in {@link describeSettings}. */
export interface Config extends HostSettings {
  /** What one call may use unless its function says less. */
  readonly limits: Limits;
  readonly maxBodyBytes: BodySettings;
  readonly budgets: BudgetSettings;
}

/** A row of the settings table, for documentation and `--help`. */
export interface SettingRow {
  /** Path in {@link Config}. */
  readonly name: string;
  readonly env: string;
  readonly default: string;
  readonly unit: string;
  readonly accepts: string;
  readonly meaning: string;
}

type Table<T> = { readonly [K in keyof T]: Setting<T[K]> };
type Environment = Readonly<Record<string, string | undefined>>;

const MIB = 1024 * 1024;
const port = (env: string, standard: number, meaning: string): Setting<number> =>
  integer({ env, default: standard, min: 0, max: 65_535, meaning });

const HOST: Table<HostSettings> = {
  invokePort: port('FAASM_INVOKE_PORT', 8080, 'Port that takes calls; 0: any free port.'),
  uploadPort: port('FAASM_UPLOAD_PORT', 8002, 'Port that takes functions and state; 0: any free port.'),
  bindHost: text({
    env: 'FAASM_BIND_HOST',
    default: '127.0.0.1',
    accept: isLoopback,
    accepts:
      'a loopback address (127.0.0.1, ::1 or localhost): tokens do not exist yet, so other hosts must not reach it',
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
    meaning: 'Calls that may wait for a thread before new ones are refused.',
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
    meaning: 'What the server logs: start and stop at info, every request at debug, on the standard error stream.',
  }),
};

const LIMITS: Table<Limits> = {
  memoryBytes: bytes({
    env: 'FAASM_MEMORY_BYTES',
    default: DEFAULT_LIMITS.memoryBytes,
    min: PAGE_BYTES,
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
};

const BODIES: Table<BodySettings> = {
  upload: bytes({ env: 'FAASM_MAX_UPLOAD_BYTES', default: 64 * MIB, min: 1, meaning: 'Largest function.' }),
  state: bytes({ env: 'FAASM_MAX_STATE_BYTES', default: 512 * MIB, min: 1, meaning: 'Largest state value sent.' }),
  invoke: bytes({ env: 'FAASM_MAX_INVOKE_BYTES', default: 16 * MIB, min: 1, meaning: 'Largest call, input included.' }),
};

const BUDGETS: Table<BudgetSettings> = {
  memoryBytes: bytes({
    env: 'FAASM_HOST_MEMORY_BYTES',
    default: 0,
    defaultText: '0',
    min: 0,
    meaning: 'Memory of all calls and state together; 0: chosen from the memory of the machine.',
  }),
  userStateBytes: bytes({
    env: 'FAASM_USER_STATE_BYTES',
    default: 2048 * MIB,
    min: 0,
    meaning: 'State of one user in the global tier kept in memory, key names included.',
  }),
  bodyBytes: bytes({
    env: 'FAASM_HOST_BODY_BYTES',
    default: 1024 * MIB,
    min: 1,
    meaning: 'Request bodies held at the same time.',
  }),
};

const GROUPS: readonly (readonly [string, Readonly<Record<string, Setting<unknown>>>])[] = [
  ['', { ...HOST }],
  ['limits.', { ...LIMITS }],
  ['maxBodyBytes.', { ...BODIES }],
  ['budgets.', { ...BUDGETS }],
];

/**
 * Reads the settings from `environment`, by default the process's. A variable that is empty counts as not set.
 * Throws `BAD_REQUEST` with a line for each value that is not accepted.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const config: Config = {
    ...read(HOST, environment, problems),
    limits: read(LIMITS, environment, problems),
    maxBodyBytes: read(BODIES, environment, problems),
    budgets: read(BUDGETS, environment, problems),
  };
  if (problems.length > 0) throw new FaasmError('BAD_REQUEST', problems.join('\n'));
  return Object.freeze(config);
}

/** `FAASM_*` variables of `environment` that no setting reads: most likely misspelt. */
export function unknownVariables(environment: Environment = process.env): readonly string[] {
  const known = new Set(describeSettings().map((row) => row.env));
  return Object.keys(environment).filter((name) => name.startsWith('FAASM_') && !known.has(name));
}

/** The settings table, in the order in which people should read it. */
export function describeSettings(): readonly SettingRow[] {
  return GROUPS.flatMap(([prefix, table]) =>
    Object.entries(table).map(([name, setting]) => ({
      name: prefix + name,
      env: setting.env,
      default: setting.defaultText,
      unit: setting.unit ?? '',
      accepts: setting.accepts,
      meaning: setting.meaning,
    })),
  );
}

function read<T>(table: Table<T>, environment: Environment, problems: string[]): Readonly<T> {
  const group: Partial<T> = {};
  for (const name of Object.keys(table) as (keyof T)[]) {
    const setting = table[name];
    const given = environment[setting.env]?.trim() ?? '';
    const value = given === '' ? setting.default : setting.parse(given);
    if (value === undefined) problems.push(`${setting.env} is ${JSON.stringify(given)}: use ${setting.accepts}.`);
    else group[name] = value;
  }
  // Incomplete only when `problems` is not empty, and then nobody sees it.
  return Object.freeze(group as T);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.(\d{1,3}\.){2}\d{1,3}$/.test(host);
}

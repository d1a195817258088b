import type { Setting } from './config-setting.ts';
import {
  AUTH,
  type AuthSettings,
  BODIES,
  type BodySettings,
  BUDGETS,
  type BudgetSettings,
  CEILINGS,
  HOST,
  type HostSettings,
  LIMITS,
  STATE,
  STORE,
  type StateSettings,
  type StoreSettings,
  type Table,
  TRACING,
  type TracingSettings,
  USERS,
} from './config-table.ts';
import { FaasmError } from './core/errors.ts';
import type { Limits, UserLimits } from './core/limits.ts';

/** Everything that can be configured; frozen. Names as in {@link describeSettings}. */
export interface Config extends HostSettings {
  /** What one call may use unless its function says less. */
  readonly limits: Limits;
  /** What a function's own settings may ask for at most. */
  readonly ceilings: Limits;
  /** What one user may have of this host. */
  readonly users: UserLimits;
  readonly maxBodyBytes: BodySettings;
  readonly budgets: BudgetSettings;
  readonly store: StoreSettings;
  readonly state: StateSettings;
  readonly auth: AuthSettings;
  readonly tracing: TracingSettings;
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
  /** Its value is not to be shown. */
  readonly secret: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const GROUPS: readonly (readonly [string, Readonly<Record<string, Setting<unknown>>>])[] = [
  ['', { ...HOST }],
  ['limits.', { ...LIMITS }],
  ['ceilings.', { ...CEILINGS }],
  ['users.', { ...USERS }],
  ['maxBodyBytes.', { ...BODIES }],
  ['budgets.', { ...BUDGETS }],
  ['store.', { ...STORE }],
  ['state.', { ...STATE }],
  ['auth.', { ...AUTH }],
  ['tracing.', { ...TRACING }],
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
    ceilings: read(CEILINGS, environment, problems),
    users: read(USERS, environment, problems),
    maxBodyBytes: read(BODIES, environment, problems),
    budgets: read(BUDGETS, environment, problems),
    store: read(STORE, environment, problems),
    state: read(STATE, environment, problems),
    auth: read(AUTH, environment, problems),
    tracing: read(TRACING, environment, problems),
  };
  if (config.store.kind === 's3' && config.store.bucket === '' && problems.length === 0) {
    problems.push('FAASM_STORE is "s3", but FAASM_S3_BUCKET is not set: name the bucket.');
  }
  if (config.state.kind === 'redis' && config.state.redisUrl === '' && problems.length === 0) {
    problems.push('FAASM_STATE is "redis", but FAASM_REDIS_URL is not set: say where Redis is.');
  }
  if (problems.length > 0) throw new FaasmError('BAD_REQUEST', problems.join('\n'));
  return Object.freeze(config);
}

/** Variables of the command line, which a host does not read. */
const CLIENT_VARIABLES = ['FAASM_HOST', 'FAASM_TOKEN'] as const;

/** `FAASM_*` variables of `environment` that no setting reads: most likely misspelt. */
export function unknownVariables(environment: Environment = process.env): readonly string[] {
  const known = new Set([...describeSettings().map((row) => row.env), ...CLIENT_VARIABLES]);
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
      secret: setting.secret ?? false,
    })),
  );
}

function read<T>(table: Table<T>, environment: Environment, problems: string[]): Readonly<T> {
  const group: Partial<T> = {};
  for (const name of Object.keys(table) as (keyof T)[]) {
    const setting = table[name];
    const given = environment[setting.env]?.trim() ?? '';
    const value = given === '' ? setting.default : setting.parse(given);
    const shown = setting.secret === true ? 'not accepted' : JSON.stringify(given);
    if (value === undefined) problems.push(`${setting.env} is ${shown}: use ${setting.accepts}.`);
    else group[name] = value;
  }
  // Incomplete only when `problems` is not empty, and then nobody sees it.
  return Object.freeze(group as T);
}

/** Whether `host` can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.(\d{1,3}\.){2}\d{1,3}$/.test(host);
}

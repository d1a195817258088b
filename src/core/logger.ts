/** What is told of an event, by name. Absent values are left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Logs one event: a constant name, and what differs from time to time as fields. Does not wait and does not throw. */
export type LogMethod = (event: string, fields?: LogFields) => void;

/**
 * Where events go. A level that is not shown is absent, so that what it would say is not even put together:
 * `logger.debug?.('call', { user })`.
 */
export interface Logger {
  readonly debug?: LogMethod;
  readonly info?: LogMethod;
  readonly warn?: LogMethod;
  readonly error?: LogMethod;
}

/** The least urgent level that is shown. */
export type LogLevel = keyof Logger | 'silent';

import type { Client } from './client.ts';

/** One of the two streams a command prints to. */
export interface Output {
  /** Writes at once or keeps what the stream does not take yet. Text is UTF-8. */
  write(data: string | Uint8Array): void;
  /** Waits until the stream takes more; for loops that write much. */
  ready(): Promise<void>;
  readonly isTerminal: boolean;
  /** Width of the terminal; 80 where there is none. */
  readonly columns: number;
}

/** The standard input. */
export interface Input {
  readonly isTerminal: boolean;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a trial start of a host found. */
export interface HostProbe {
  /** Absent when it did not get that far. */
  readonly layer?: 'native' | 'portable';
  /** Why the native layer is not in use. */
  readonly layerReason?: string;
  /** Name of the store, when it could be opened. */
  readonly store?: string;
  /** Why the host would not start, or its store could not be written. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Where a host that has started listens. */
export interface HostAddresses {
  readonly invoke: string;
  readonly upload: string;
  readonly layer: 'native' | 'portable';
  readonly layerReason?: string;
  readonly threads: number;
  /** Whether every request needs a token. */
  readonly needsToken: boolean;
}

/**
 * The host that can run in this very process. The command line does not know how it is put together: whoever calls
 * `main` hands it in.
 */
export interface LocalHost {
  /**
   * Serves with the settings of `environment`; resolves when the ports are open, with `announce`'s answer printed. A
   * signal ends the process, and so does a host that cannot start.
   */
  up(environment: Environment, announce: (host: HostAddresses) => string): Promise<void>;
  /** Starts a host without ports, writes and removes a file in its store, and stops it. Never rejects. */
  probe(environment: Environment): Promise<HostProbe>;
}

/** Platforms that functions can be deployed to, with this runtime in the package. */
export const PLATFORMS = ['aws-lambda'] as const;

/** One of {@link PLATFORMS}. */
export type PlatformName = (typeof PLATFORMS)[number];

/** What {@link Platform.package} has made. */
export interface PlatformPackage {
  /** The archive. */
  readonly file: string;
  readonly sizeBytes: number;
  /** `<user>/<name>` of the functions in it. */
  readonly functions: readonly string[];
  /** What is missing in it and what that means, a sentence each. */
  readonly warnings: readonly string[];
}

/** Makes packages for a platform and deploys them. Handed in, like {@link LocalHost}, by whoever calls `main`. */
export interface Platform {
  /** Writes the package into `outDir`, with the modules `<user>/<name>.wasm` of `functionsDir`. Rejects with a `FaasmError`. */
  package(options: { readonly outDir: string; readonly functionsDir?: string }): Promise<PlatformPackage>;
  /**
   * Deploys what the platform's file in `folder` describes; `args` are for the platform's own tool, which prints to the
   * terminal. Resolves when it has succeeded. Rejects with a `FaasmError` that says what is missing or that it failed.
   */
  deploy(options: {
    readonly folder: string;
    readonly environment: Environment;
    readonly args: readonly string[];
  }): Promise<void>;
}

/** Everything a command may touch beside the file system, so that tests need no process. */
export interface Context {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly env: Environment;
  /** Absolute. */
  readonly cwd: string;
  readonly fetch: typeof globalThis.fetch;
  /** Epoch ms. */
  readonly now: () => number;
  readonly localHost: LocalHost;
  readonly platforms: Readonly<Record<PlatformName, Platform>>;
}

/** A style of text on a terminal. */
export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** What a command is given: the context, and what the options that all commands share say. */
export interface Cli extends Context {
  readonly client: Client;
  /** Whether to print JSON instead of text for people. */
  readonly json: boolean;
  /** A line on the standard output. */
  print(line: string): void;
  /** `value` as one line of JSON on the standard output. */
  printJson(value: unknown): void;
  /** A line on the standard error stream, for what is not the result. */
  note(line: string): void;
  /** `text` in a style where the standard output is a terminal that shows colours. */
  paint(style: Style, text: string): string;
}

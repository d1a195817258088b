import { type ShellStep, STATE_SHELL, shellScript } from './guests/state-shell.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { wat } from './wat.ts';

/** An answer of a host. */
export interface HostAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Two host processes that share a Redis and a folder of functions, and no memory. */
export interface RedisHosts {
  readonly redis: RedisServer;
  readonly one: ServerProcess;
  readonly other: ServerProcess;
  /** Uploads a function for both. */
  upload(user: string, name: string, wasm: Uint8Array): Promise<void>;
  /** A user of its own, with keys of its own, that has the function `shell`. */
  newUser(): Promise<string>;
  /** Starts another host beside them; end it yourself. */
  startHost(): Promise<ServerProcess>;
  stop(): Promise<void>;
}

/** Starts them: one speaks to Redis by TCP, the other by its unix socket. `folder` is where they keep functions. */
export async function startRedisHosts(folder: string): Promise<RedisHosts> {
  const redis = await startRedis();
  const start = (url: string): Promise<ServerProcess> =>
    startServerProcess({
      environment: { FAASM_STATE: 'redis', FAASM_REDIS_URL: url, FAASM_STORE: 'folder', FAASM_STORE_DIR: folder },
    });
  const [one, other] = await Promise.all([start(redis.url), start(redis.socketUrl)]);
  const upload = async (user: string, name: string, wasm: Uint8Array): Promise<void> => {
    const { status, bytes } = await send(one, 'PUT', `/f/${user}/${name}`, wasm);
    if (status !== 200) throw new Error(`Upload of ${name}: ${status} ${Buffer.from(bytes)}`);
  };
  const shell = await wat(STATE_SHELL);
  let users = 0;
  return {
    redis,
    one,
    other,
    upload,
    startHost: () => start(redis.url),
    async newUser() {
      users += 1;
      await upload(`user${users}`, 'shell', shell);
      return `user${users}`;
    },
    async stop() {
      await Promise.all([one.kill(), other.kill()]);
      await redis.remove();
    },
  };
}

/** Sends a request to a host. */
export async function send(
  host: ServerProcess,
  method: string,
  path: string,
  body?: Uint8Array | string,
): Promise<HostAnswer> {
  const response = await fetch(`${host.upload}${path}`, { method, ...(body === undefined ? {} : { body }) });
  return { status: response.status, headers: response.headers, bytes: await response.bytes() };
}

/** How a call of the shell ended, `success` or its error's code, and what its steps put. */
export async function runShell(
  host: ServerProcess,
  user: string,
  ...steps: ShellStep[]
): Promise<{ readonly ending: string; readonly words: readonly number[] }> {
  const { status, headers, bytes } = await send(host, 'POST', `/v1/invoke/${user}/shell`, shellScript(steps));
  if (status !== 200) return { ending: headers.get('x-faasm-error') ?? String(status), words: [] };
  return { ending: 'success', words: [...new Uint32Array(bytes.slice().buffer)] };
}

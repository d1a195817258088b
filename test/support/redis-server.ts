import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { REDIS_SERVER } from '../../scripts/setup-redis.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

/** Options of {@link startRedis}. */
export interface RedisServerOptions {
  /** Keeps what it has acknowledged on the disk, so that it is there after a kill and a restart. */
  readonly durable?: boolean;
  readonly maxMemoryBytes?: number;
  readonly password?: string;
  /** Files of the server in PEM: it speaks TLS only. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Any other settings, as `name value`. */
  readonly settings?: readonly string[];
  /** Sentinels read their settings from a file, which they write to. */
  readonly sentinel?: { readonly file: string };
}

/** A real Redis server as a process, on a free port of the loopback interface and on a unix socket. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly socketUrl: string;
  readonly folder: string;
  /** Ends it at once and waits. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with what it kept if it is durable. */
  restart(): Promise<void>;
  /** Lets it stand still, and go on. */
  stall(): void;
  resume(): void;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

/** Starts a server and waits until it serves. Rejects when it is not installed or ends. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  if (!existsSync(REDIS_SERVER)) throw new Error('Redis is not there: run node scripts/setup-redis.ts');
  const folder = await mkdtemp(join(tmpdir(), 'faasm-redis-'));
  const port = await freePort();
  const socket = join(folder, 'socket');
  const args = settings(options, folder, port, socket);
  if (options.sentinel) await writeFile(join(folder, options.sentinel.file), '');
  let running = await launch(args);
  const login = options.password === undefined ? '' : `:${options.password}@`;
  return {
    port,
    folder,
    url: `${options.tls ? 'rediss' : 'redis'}://${login}127.0.0.1:${port}`,
    socketUrl: `unix://${login}${socket}`,
    kill: () => running.kill(),
    async restart() {
      running = await launch(args);
    },
    stall: () => running.process.kill('SIGSTOP'),
    resume: () => running.process.kill('SIGCONT'),
    async remove() {
      await running.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Three servers that are a cluster. */
export interface RedisCluster {
  readonly url: string;
  readonly servers: readonly RedisServer[];
  remove(): Promise<void>;
}

/** Starts a cluster of three servers and waits until it serves. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const own = ['cluster-enabled yes', 'cluster-node-timeout 10000', 'cluster-require-full-coverage no'];
  const servers = await Promise.all([1, 2, 3].map(() => startRedis({ durable: true, settings: own })));
  const clients = servers.map(({ port }) => new Redis({ port }));
  const each = 16_384 / 3;
  for (const [i, client] of clients.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', Math.ceil(i * each), Math.ceil((i + 1) * each) - 1);
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
  for (const { port } of servers.slice(1)) await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', port);
  for (const client of clients) {
    await until(async () => {
      const info = String(await client.call('CLUSTER', 'INFO'));
      return info.includes('cluster_state:ok') && info.includes('cluster_slots_ok:16384');
    });
    client.disconnect();
  }
  return {
    url: `redis-cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    servers,
    async remove() {
      await Promise.all(servers.map((server) => server.remove()));
    },
  };
}

/** A server, its replica, and three sentinels that watch them. */
export interface WatchedRedis {
  readonly url: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Resolves once the replica has all that the master has acknowledged. */
  caughtUp(): Promise<void>;
  /** From now on the sentinels take a master for dead that is silent for half a second: before, it may just be slow. */
  watch(): Promise<void>;
  remove(): Promise<void>;
}

/** For how long a server may be silent that only has no core. */
const PATIENT_MS = 600_000;

/** Starts them and waits until the sentinels know each other and the replica. */
export async function startWatchedRedis(): Promise<WatchedRedis> {
  const master = await startRedis();
  const replica = await startRedis({ settings: [`replicaof 127.0.0.1 ${master.port}`] });
  const client = new Redis({ port: master.port });
  await until(async () => String(await client.info('replication')).includes('state=online'));
  const sentinels = await Promise.all(
    [1, 2, 3].map(() =>
      startRedis({
        settings: [
          `sentinel monitor state 127.0.0.1 ${master.port} 2`,
          `sentinel down-after-milliseconds state ${PATIENT_MS}`,
          'sentinel failover-timeout state 2000',
        ],
        sentinel: { file: 'sentinel.conf' },
      }),
    ),
  );
  for (const { port } of sentinels) {
    const sentinel = new Redis({ port });
    await until(async () => {
      const facts = (await sentinel.call('SENTINEL', 'MASTER', 'state')) as string[];
      const fact = (name: string): string | undefined => facts[facts.indexOf(name) + 1];
      return fact('num-other-sentinels') === '2' && fact('num-slaves') === '1';
    });
    sentinel.disconnect();
  }
  return {
    url: `redis-sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/state`,
    master,
    replica,
    async caughtUp() {
      await until(async () => {
        const info = String(await client.info('replication'));
        const sent = /^master_repl_offset:(\d+)/m.exec(info)?.[1];
        return sent !== undefined && info.includes(`offset=${sent},`);
      });
    },
    async watch() {
      for (const { port } of sentinels) {
        const sentinel = new Redis({ port });
        await sentinel.call('SENTINEL', 'SET', 'state', 'down-after-milliseconds', '500');
        sentinel.disconnect();
      }
    },
    async remove() {
      client.disconnect();
      await Promise.all([...sentinels, replica, master].map((server) => server.remove()));
    },
  };
}

function settings(options: RedisServerOptions, folder: string, port: number, socket: string): string[] {
  const { tls } = options;
  const lines = [
    'bind 127.0.0.1',
    tls ? 'port 0' : `port ${port}`,
    `dir ${folder}`,
    ...(tls ? [`tls-port ${port}`, `tls-cert-file ${tls.certificate}`, `tls-key-file ${tls.key}`] : []),
    ...(tls ? ['tls-auth-clients no'] : []),
    ...(options.sentinel ? [] : [`unixsocket ${socket}`, 'save ""', `appendonly ${options.durable ? 'yes' : 'no'}`]),
    ...(options.sentinel ? [] : ['appendfsync always', 'repl-diskless-sync-delay 0']),
    ...(options.maxMemoryBytes === undefined ? [] : [`maxmemory ${options.maxMemoryBytes}`]),
    ...(options.password === undefined ? [] : [`requirepass ${options.password}`]),
    ...(options.settings ?? []),
  ];
  const file = options.sentinel === undefined ? [] : [join(folder, options.sentinel.file), '--sentinel'];
  return [...file, ...lines.flatMap(flag)];
}

/** `name value …` as options of the command line. */
function flag(line: string): string[] {
  const [name = '', ...values] = line.split(' ');
  return [`--${name}`, ...values.map((value) => (value === '""' ? '' : value))];
}

interface Running {
  readonly process: ChildProcess;
  kill(): Promise<void>;
}

async function launch(args: readonly string[]): Promise<Running> {
  // It ends with the process of the tests, however that ends.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', REDIS_SERVER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const exit = new Promise<void>((done) => {
    child.on('close', () => done());
  });
  await new Promise<void>((done, reject) => {
    const look = (chunk: unknown): void => {
      log = (log + String(chunk)).slice(-4000);
      if (/Ready to accept connections|Sentinel ID is/.test(log)) done();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('error', reject);
    exit.then(() => reject(new Error(`Redis ended:\n${log}`)));
  });
  return {
    process: child,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

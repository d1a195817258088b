import { readdirSync, readFileSync } from 'node:fs';
import type { Server } from '../harness/server.ts';
import { startFaasm } from '../http/faasm-server.ts';
import { type Send, sender } from './http.ts';

/** A user of the host under abuse. */
export interface Tenant {
  readonly user: string;
  readonly token: string;
}

/** The host as a process, and who may use it. */
export interface AbusedHost extends Server {
  readonly port: number;
  readonly admin: Send;
  /** A token for `user`. */
  addTenant(user: string): Promise<Tenant>;
}

/** What the process holds. */
export interface Holding {
  readonly atMs: number;
  readonly rssBytes: number;
  readonly mappings: number;
  readonly descriptors: number;
  /** Of the host's memory budget, in use. */
  readonly budgetBytes: number;
}

const ADMIN_TOKEN = 'administrator-of-the-bench';

/** As somebody would set a host up for strangers. */
export const SETTINGS: Readonly<Record<string, string>> = {
  FAASM_ADMIN_TOKEN: ADMIN_TOKEN,
  FAASM_HOST_MEMORY_BYTES: '1GiB',
  FAASM_HOST_BODY_BYTES: '256MiB',
  FAASM_BODY_TIMEOUT_MS: '2000',
  FAASM_MAX_UPLOAD_BYTES: '8MiB',
  FAASM_MEMORY_BYTES: '32MiB',
  FAASM_RESULT_TTL_MS: '10000',
  FAASM_USER_CONCURRENCY: '100',
  FAASM_USER_MEMORY_BYTES: '96MiB',
  FAASM_USER_STATE_BYTES: '32MiB',
  FAASM_USER_FUNCTIONS: '40',
  FAASM_MAX_FUNCTION_MEMORY_BYTES: '64MiB',
  FAASM_MAX_FUNCTION_TIMEOUT_MS: '2000',
  FAASM_MAX_FUNCTION_CPU_MS: '1000',
};

/** Starts the host with {@link SETTINGS}. */
export async function startAbusedHost(): Promise<AbusedHost> {
  const server = await startFaasm([], { environment: SETTINGS });
  const admin = sender(server.port, ADMIN_TOKEN);
  return {
    ...server,
    admin,
    async addTenant(user) {
      const { status, body } = await admin('POST', '/v1/tokens', { body: JSON.stringify({ user }) });
      if (status !== 201) throw new Error(`No token for ${user}: ${status} ${body.toString()}`);
      return { user, token: (JSON.parse(body.toString()) as { token: string }).token };
    },
  };
}

/** What the process `pid` holds now. */
export function holdingOf(pid: number, atMs: number): Omit<Holding, 'budgetBytes'> {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    atMs,
    rssBytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
    mappings: readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n').length - 1,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
